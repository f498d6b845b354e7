create schema task;
grant usage on schema task to muster_app, muster_cross;

-- The number that the last change of an organization got: the database's clock in ms, or one more
-- than the one before. Its row is locked until the commit, so numbers become visible in their order.
create table task.change_counter (
  organization_id uuid primary key references organization.organization (id),
  last bigint not null
);
call platform.protect_tenant_table('task.change_counter');

create table task.project (
  organization_id uuid not null references organization.organization (id),
  id uuid not null,
  name text not null,
  description text not null,
  color text not null,
  is_archived boolean not null default false,
  -- Of the people named below nothing is asked: who is erased leaves what they have made.
  created_by uuid,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (organization_id, id)
);
call platform.protect_tenant_table('task.project');

create table task.task (
  organization_id uuid not null references organization.organization (id),
  id uuid not null,
  project_id uuid,
  title text not null,
  description text not null,
  status text not null
    constraint task_status_known check (status in ('todo', 'in_progress', 'done', 'blocked', 'cancelled')),
  priority text not null constraint task_priority_known check (priority in ('low', 'medium', 'high', 'urgent')),
  due_date timestamptz,
  completed_at timestamptz constraint task_completed_when_done check ((completed_at is null) = (status <> 'done')),
  position numeric(30, 10) not null,
  assigned_to uuid,
  tags text[] not null,
  custom_fields jsonb not null,
  created_by uuid,
  version bigint not null,
  vector_clock jsonb not null,
  last_modified_by uuid,
  last_modified_device uuid,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- A deleted row stays, with its clock: nothing but a restore brings it back.
  deleted_at timestamptz,
  change_number bigint not null,
  -- The device that has pushed exactly this, and so does not get it back.
  pushed_by uuid,
  primary key (organization_id, id),
  foreign key (organization_id, project_id) references task.project (organization_id, id)
);
call platform.protect_tenant_table('task.task');
-- No index on clocks: they are compared row by row, never searched.
create index task_change on task.task (organization_id, change_number) where deleted_at is null;
create index task_list on task.task (organization_id, position, id) where deleted_at is null;
create index task_newest on task.task (organization_id, created_at, id) where deleted_at is null;
create index task_assignee on task.task (organization_id, assigned_to) where deleted_at is null;
create index task_creator on task.task (organization_id, created_by) where deleted_at is null;
create index task_project on task.task (organization_id, project_id) where deleted_at is null;
create index task_due on task.task (organization_id, due_date) where deleted_at is null;
create index task_text on task.task using gin (to_tsvector('simple', title || ' ' || description));

create table task.comment (
  organization_id uuid not null references organization.organization (id),
  id uuid not null,
  task_id uuid not null,
  user_id uuid,
  content text not null,
  -- A comment on the same task. No foreign key: none is ever removed, and a table that refers to itself
  -- cannot be loaded in any order.
  parent_id uuid,
  is_edited boolean not null,
  version bigint not null,
  vector_clock jsonb not null,
  last_modified_by uuid,
  last_modified_device uuid,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  change_number bigint not null,
  pushed_by uuid,
  primary key (organization_id, id),
  foreign key (organization_id, task_id) references task.task (organization_id, id)
);
call platform.protect_tenant_table('task.comment');
create index comment_change on task.comment (organization_id, change_number) where deleted_at is null;
create index comment_task on task.comment (organization_id, task_id, created_at, id);
create index comment_author on task.comment (organization_id, user_id) where deleted_at is null;

create table task.tombstone (
  organization_id uuid not null references organization.organization (id),
  id uuid not null,
  entity_type text not null constraint tombstone_type_known check (entity_type in ('task', 'comment')),
  entity_id uuid not null,
  deleted_by uuid,
  deleted_from_device uuid,
  vector_clock jsonb not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  change_number bigint not null,
  pushed_by uuid,
  primary key (organization_id, id),
  constraint tombstone_once unique (organization_id, entity_type, entity_id)
);
call platform.protect_tenant_table('task.tombstone');
create index tombstone_change on task.tombstone (organization_id, change_number);
create index tombstone_age on task.tombstone (expires_at);

create table task.history (
  organization_id uuid not null references organization.organization (id),
  id uuid not null,
  task_id uuid not null,
  user_id uuid,
  device_id uuid,
  change_type text not null
    constraint history_type_known check (change_type in ('created', 'updated', 'deleted', 'restored')),
  changes jsonb not null,
  previous_state jsonb,
  vector_clock jsonb not null,
  created_at timestamptz not null,
  primary key (organization_id, id),
  foreign key (organization_id, task_id) references task.task (organization_id, id)
);
call platform.protect_tenant_table('task.history');
create index history_task on task.history (organization_id, task_id, created_at, id);

create schema sync;
grant usage on schema sync to muster_app, muster_cross;

-- What a device was told last, and when.
create table sync.device (
  organization_id uuid not null references organization.organization (id),
  device_id uuid not null,
  -- From 0, or with a cursor that was still good.
  last_pull_at timestamptz,
  last_sync_at timestamptz not null,
  -- The newest change when it began from 0: up to there it is told everything, also what it has pushed itself.
  whole_until bigint not null default 0,
  primary key (organization_id, device_id),
  foreign key (organization_id, device_id) references device.device (organization_id, id) on delete cascade
);
call platform.protect_tenant_table('sync.device');

-- The cursors that a device was given, to tell one from a wall-clock time.
create table sync.cursor (
  organization_id uuid not null references organization.organization (id),
  device_id uuid not null,
  cursor bigint not null,
  issued_at timestamptz not null,
  primary key (organization_id, device_id, cursor),
  foreign key (organization_id, device_id) references device.device (organization_id, id) on delete cascade
);
call platform.protect_tenant_table('sync.cursor');

-- What could not be applied by itself: two edits that do not merge, or an item that was refused.
create table sync.conflict (
  organization_id uuid not null references organization.organization (id),
  id uuid not null,
  entity_type text not null,
  -- As the client wrote it; of what was refused it may be no UUID.
  entity_id text not null,
  operation text not null,
  user_id uuid,
  device_id uuid,
  local_version jsonb not null,
  server_version jsonb,
  local_vector_clock jsonb not null,
  server_vector_clock jsonb not null,
  conflict_reason text not null,
  -- Empty for two edits that do not merge, of which there is one open for each device; else a hash of what
  -- was refused, so that the same again is the same and another is another.
  refused text not null,
  resolution_strategy text
    constraint conflict_strategy_known check (resolution_strategy in ('local', 'remote', 'custom')),
  resolved_version jsonb,
  resolved_by uuid,
  created_at timestamptz not null,
  resolved_at timestamptz constraint conflict_resolved_by_strategy
    check ((resolved_at is null) = (resolution_strategy is null)),
  primary key (organization_id, id),
  foreign key (organization_id, device_id) references device.device (organization_id, id) on delete cascade
);
call platform.protect_tenant_table('sync.conflict');
create unique index conflict_open
  on sync.conflict (organization_id, entity_type, entity_id, device_id, refused) where resolved_at is null;
create index conflict_newest on sync.conflict (organization_id, created_at, id);
create index conflict_age on sync.conflict (resolved_at) where resolved_at is not null;
create index conflict_device on sync.conflict (organization_id, device_id);

create table sync.log (
  organization_id uuid not null references organization.organization (id),
  id uuid not null,
  user_id uuid,
  device_id uuid not null,
  operation text not null constraint log_operation_known check (operation in ('push', 'pull')),
  items int not null,
  conflicts int not null,
  duration_ms int not null,
  outcome text not null,
  client_version text,
  created_at timestamptz not null,
  primary key (organization_id, id),
  foreign key (organization_id, device_id) references device.device (organization_id, id) on delete cascade
);
call platform.protect_tenant_table('sync.log');
create index log_newest on sync.log (organization_id, created_at, id);
create index log_age on sync.log (created_at);
create index log_device on sync.log (organization_id, device_id);
