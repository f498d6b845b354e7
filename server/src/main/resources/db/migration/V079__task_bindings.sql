-- The limit of requests is not one of migrations: this reads every task.
set local statement_timeout = 0;

alter table task.task
  add column device_id uuid,
  add column group_id uuid,
  -- Looked at when the transaction commits: tasks are unbound at the end of the erasure of their device, after
  -- its row is gone.
  add foreign key (organization_id, device_id)
    references device.device (organization_id, id) deferrable initially deferred,
  -- Nobody deletes groups yet. Who adds that has their tasks be unbound likewise, so that devices hear of it.
  add foreign key (organization_id, group_id)
    references device.device_group (organization_id, id) on delete set null (group_id);
create index task_device on task.task (organization_id, device_id) where device_id is not null;
create index task_group on task.task (organization_id, group_id) where group_id is not null;
