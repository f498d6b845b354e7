create schema archive;
grant usage on schema archive to muster_app, muster_cross;

-- The days of telemetry.heartbeat, each a table of its own, and how far each is on its way out of the
-- database. Of no tenant: a day has the rows of all. Partitions are made and taken away by the owner
-- of the tables; a state is written before the step that it names is begun, or after it is done.
create table archive.day (
  day date primary key,
  -- ATTACHED: a partition. DETACHING: being detached. DETACHED: a table of its own, not archived.
  -- ARCHIVED: written, not read back. VERIFIED: read back, and may be dropped. DROPPED: only in the
  -- archive. RESTORED: from the archive, a partition for a while.
  state text not null constraint day_state
    check (state in ('ATTACHED', 'DETACHING', 'DETACHED', 'ARCHIVED', 'VERIFIED', 'DROPPED', 'RESTORED')),
  -- What somebody asked for, until it is done or has failed.
  wish text constraint day_wish check (wish in ('ARCHIVE', 'VERIFY', 'RESTORE')),
  made_at timestamptz not null,
  frozen_at timestamptz,
  detached_at timestamptz,
  archived_at timestamptz,
  verified_at timestamptz,
  dropped_at timestamptz,
  restored_at timestamptz,
  -- Of a restored day: until when retention leaves it alone.
  keep_until timestamptz,
  -- Of the archive.
  row_count bigint,
  bytes bigint,
  sha256 text,
  -- Of the newest failure, cleared by the next success.
  error text,
  failed_at timestamptz,
  failures int not null default 0,
  constraint day_archive check (
    state in ('ATTACHED', 'DETACHING', 'DETACHED')
    or (archived_at is not null and row_count is not null and bytes is not null and sha256 is not null)),
  constraint day_dropped check (state <> 'DROPPED' or verified_at is not null)
);
grant select on archive.day to muster_app;
grant select, insert, update on archive.day to muster_cross;

-- What is forgotten is found by its age.
create index desired_change_age on policy.desired_change (changed_at);

-- Tables whose rows come and go or change all the time are vacuumed after a small part of them has
-- died, and without pauses, so that they do not grow by what is dead.
alter table platform.outbox set
  (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
alter table platform.job_command set
  (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);
alter table platform.job_wake set
  (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);
alter table platform.job_maintain set
  (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);
alter table live.change set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);
alter table device.device set (autovacuum_vacuum_scale_factor = 0.05);
alter table compliance.actual set (autovacuum_vacuum_scale_factor = 0.05);
alter table action.action set (autovacuum_vacuum_scale_factor = 0.05);
alter table dispatch.delivery set (autovacuum_vacuum_scale_factor = 0.05);
alter table policy.wake set (autovacuum_vacuum_scale_factor = 0.05);
