create schema audit;
grant usage on schema audit to muster_app, muster_cross;

create table audit.entry (
  organization_id uuid not null,
  id uuid not null,
  at timestamptz not null,
  actor_kind text not null
    constraint entry_actor_kind check (actor_kind in ('person', 'key', 'device', 'enrollment_token', 'server')),
  actor_id uuid,
  -- Of a job. People and keys are named when the log is read.
  actor_name text,
  request_id text,
  action text not null,
  target_kind text not null,
  target_id text not null,
  before jsonb not null,
  after jsonb not null,
  primary key (organization_id, id)
);
call platform.protect_tenant_table('audit.entry');
