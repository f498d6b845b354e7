-- Nothing looks tasks or comments up by who made them.
drop index task.task_creator;
drop index task.comment_author;

-- For lists by status, priority, title or the last due date: an index of each would cost every push more
-- than it takes to sort these entries, which are a tenth of the rows.
create index task_sort on task.task (organization_id, status, priority, due_date, title, id)
  where deleted_at is null;
-- For counting comments, which leaves out those on tasks that are deleted.
create index task_deleted on task.task (organization_id, id) where deleted_at is not null;

create index comment_newest on task.comment (organization_id, created_at, id) where deleted_at is null;

create index conflict_waiting on sync.conflict (organization_id, created_at, id) where resolved_at is null;
create index conflict_resolved on sync.conflict (organization_id, created_at, id) where resolved_at is not null;

-- Each row locked the one row of its organization: a tenth of the time of a push. A comment and an entry
-- of the history name a task, what sync has of a device names that, and these name the organization.
alter table task.comment drop constraint comment_organization_id_fkey;
alter table task.history drop constraint history_organization_id_fkey;
alter table sync.device drop constraint device_organization_id_fkey;
alter table sync.cursor drop constraint cursor_organization_id_fkey;
alter table sync.log drop constraint log_organization_id_fkey;
