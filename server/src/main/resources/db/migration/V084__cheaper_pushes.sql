-- The limit of requests is not one of migrations: this builds indexes.
set local statement_timeout = 0;

-- Nobody looks for tasks without an assignee or a project by an index, and each entry costs a push.
drop index task.task_assignee;
drop index task.task_project;
create index task_assignee on task.task (organization_id, assigned_to)
  where deleted_at is null and assigned_to is not null;
create index task_project on task.task (organization_id, project_id)
  where deleted_at is null and project_id is not null;

-- One index of the history instead of two: ids grow with time, and entries are read by task, newest first.
-- It has no foreign key, because it is written before the tasks, while others may still change theirs; one
-- room writes both, and a task's row is never removed.
alter table task.history drop constraint history_organization_id_task_id_fkey;
alter table task.history drop constraint history_pkey;
drop index task.history_task;
alter table task.history add primary key (organization_id, task_id, id);

-- Each task locked the one row of its organization. Who writes tasks has the organization's
-- change_counter, and that refers to it.
alter table task.task drop constraint task_organization_id_fkey;

-- New words wait in a list until there is so much of it (kB), and who fills it sorts it in: with the 4 MB
-- that are usual a push, and all that waited for it, took half a second then.
alter index task.task_text set (gin_pending_list_limit = 512);
