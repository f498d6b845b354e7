create schema platform;
grant usage on schema platform to muster_app, muster_cross;

-- Closes a table to all but its organization. The sub-select is evaluated once a statement and not
-- once a row; after a first SET LOCAL an unset value is '' and not NULL.
create procedure platform.protect_tenant_table(tenant_table regclass, organization_column text default 'organization_id')
language plpgsql as $$
begin
  execute format('alter table %s enable row level security', tenant_table);
  execute format('alter table %s force row level security', tenant_table);
  execute format(
    'create policy tenant on %s to muster_app using (%I = (select nullif(current_setting(''muster.organization'', true), '''')::uuid))',
    tenant_table, organization_column);
  execute format('create policy across on %s to muster_cross using (true) with check (true)', tenant_table);
  execute format('grant select, insert, update, delete on %s to muster_app, muster_cross', tenant_table);
end $$;

create function platform.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'rows of %.% are never changed', tg_table_schema, tg_table_name using errcode = 'restrict_violation';
end $$;

-- What is to be told after a commit. One row a listener, claimed with SKIP LOCKED and deleted when
-- delivered; dead once its attempts are used up. Rejected: one row an event and a high-water mark a
-- listener, because numbers become visible out of order and a late commit would be passed over.
create table platform.outbox (
  id uuid primary key,
  organization_id uuid not null,
  listener text not null,
  event_type text not null,
  body jsonb not null,
  created_at timestamptz not null,
  attempts int not null default 0,
  due_at timestamptz not null,
  dead_at timestamptz,
  error text
);
create index outbox_due on platform.outbox (due_at) where dead_at is null;
create index outbox_dead on platform.outbox (dead_at) where dead_at is not null;
call platform.protect_tenant_table('platform.outbox');

-- db-scheduler's table, once per job class, so that a flood of one class never takes the threads of
-- another. No tenant data: owned and used by the login role.
create table platform.job_command (
  task_name text not null,
  task_instance text not null,
  task_data bytea,
  execution_time timestamptz not null,
  picked boolean not null,
  picked_by text,
  last_success timestamptz,
  last_failure timestamptz,
  consecutive_failures int,
  last_heartbeat timestamptz,
  version bigint not null,
  priority smallint,
  primary key (task_name, task_instance)
);
create index job_command_due on platform.job_command (execution_time);
create index job_command_heartbeat on platform.job_command (last_heartbeat);
create table platform.job_wake (like platform.job_command including all);
create table platform.job_maintain (like platform.job_command including all);
