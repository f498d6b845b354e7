create schema telemetry;
grant usage on schema telemetry to muster_app, muster_cross;

-- The history of heartbeats: one row a device and 10 seconds, a partition a UTC day. No foreign key,
-- so that a writer locks nothing but its own rows; whoever erases a device deletes its rows here. One
-- index: every further one costs each heartbeat a write.
create table telemetry.heartbeat (
  organization_id uuid not null,
  device_id uuid not null,
  -- When it was received, for one that was sent at once, or taken, for one that was sent later;
  -- floored to 10 s.
  bucket timestamptz not null,
  -- By the device's clock.
  taken_at timestamptz not null,
  received_at timestamptz not null,
  battery_pct smallint,
  charging boolean,
  battery_celsius real,
  uptime_seconds bigint,
  memory_total_mb integer,
  memory_available_mb integer,
  memory_pressure_pct real,
  transport text,
  app_version text,
  os_version text,
  -- Of the app that the device monitors; null when it did not say.
  app_running boolean,
  -- What was sent besides, as it was sent.
  rest jsonb not null,
  primary key (organization_id, device_id, bucket)
) partition by range (bucket);
call platform.protect_tenant_table('telemetry.heartbeat');

-- The newest heartbeat of each device. No index on a column that a heartbeat changes, and room in
-- each page, so that updates stay in their page (HOT).
create table telemetry.last_status (
  organization_id uuid not null,
  device_id uuid not null,
  -- When the server last heard a heartbeat of the device, whether or not it left a row in history.
  seen_at timestamptz not null,
  taken_at timestamptz not null,
  battery_pct smallint,
  charging boolean,
  battery_celsius real,
  uptime_seconds bigint,
  memory_total_mb integer,
  memory_available_mb integer,
  memory_pressure_pct real,
  transport text,
  app_version text,
  os_version text,
  app_running boolean,
  rest jsonb not null,
  primary key (organization_id, device_id)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
call platform.protect_tenant_table('telemetry.last_status');
