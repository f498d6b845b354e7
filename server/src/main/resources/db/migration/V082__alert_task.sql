-- The task that an alert of the rule opens. Nothing is asked of what is named here: what is gone when an alert
-- is raised is left out of its task.
alter table alert.rule
  add column open_task boolean not null default false,
  add column task_project uuid,
  add column task_assignee uuid,
  add column task_priority text;
