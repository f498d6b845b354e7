create schema alert;
grant usage on schema alert to muster_app, muster_cross;

-- What an organization has set otherwise than the product's defaults, for all of its devices or for a
-- group of them.
create table alert.rule (
  organization_id uuid not null references organization.organization (id),
  id uuid not null,
  kind text not null constraint rule_kind_known check (kind in (
    'OFFLINE', 'LOW_BATTERY', 'APP_DOWN', 'NON_COMPLIANT', 'STALE', 'ACTION_FAILED',
    'ARCHIVE_FAILED', 'JOB_DEAD', 'DISK_LOW')),
  -- Null for all devices.
  group_id uuid,
  enabled boolean not null,
  severity text not null constraint rule_severity_known check (severity in ('INFO', 'WARNING', 'CRITICAL')),
  -- In the unit of the kind: seconds, percent, times.
  threshold int not null,
  cooldown_seconds int not null,
  remediate boolean not null,
  remedies_a_day int not null,
  primary key (organization_id, id),
  constraint rule_once unique nulls not distinct (organization_id, kind, group_id),
  foreign key (organization_id, group_id) references device.device_group (organization_id, id) on delete cascade
);
call platform.protect_tenant_table('alert.rule');
create index rule_group on alert.rule (organization_id, group_id) where group_id is not null;

-- What is not normal: a row for each device and rule of which something is wrong, or was until a
-- short time ago. A fleet that is well has none, so that looking for those of a batch of heartbeats
-- costs next to nothing.
create table alert.standing (
  organization_id uuid not null references organization.organization (id),
  -- The device, or the organization itself for what is about the server.
  subject_id uuid not null,
  kind text not null,
  device_id uuid,
  phase text not null constraint standing_phase_known
    check (phase in ('PENDING', 'HELD', 'FIRING', 'NOTED', 'COOLING')),
  times int not null,
  since timestamptz not null,
  alert_id uuid constraint standing_fires_with_alert check ((phase = 'FIRING') = (alert_id is not null)),
  -- When an alert was raised last; the cooldown counts from it.
  raised_at timestamptz,
  -- When something follows by itself: the cooldown ends, or it has lasted long enough.
  due_at timestamptz,
  summary text not null,
  primary key (organization_id, subject_id, kind),
  foreign key (organization_id, device_id) references device.device (organization_id, id)
);
call platform.protect_tenant_table('alert.standing');
create index standing_due on alert.standing (due_at) where due_at is not null;
create index standing_kind on alert.standing (organization_id, kind);

-- The history.
create table alert.alert (
  organization_id uuid not null references organization.organization (id),
  id uuid not null,
  kind text not null,
  severity text not null constraint alert_severity_known check (severity in ('INFO', 'WARNING', 'CRITICAL')),
  -- Null when it is about the server; what the device was called is of when it was raised.
  device_id uuid,
  handle text,
  name text,
  summary text not null,
  raised_at timestamptz not null,
  recovered_at timestamptz,
  acknowledged_at timestamptz,
  acknowledged_by uuid,
  primary key (organization_id, id),
  constraint alert_subject_is_named check (
    (device_id is null) = (handle is null) and (device_id is null) = (name is null)),
  foreign key (organization_id, device_id) references device.device (organization_id, id)
);
call platform.protect_tenant_table('alert.alert');
create index alert_newest on alert.alert (organization_id, raised_at, id);
create index alert_firing on alert.alert (organization_id, raised_at, id) where recovered_at is null;
create index alert_of_device on alert.alert (organization_id, device_id, raised_at) where device_id is not null;
create index alert_age on alert.alert (recovered_at) where recovered_at is not null;

create schema watch;
grant usage on schema watch to muster_app, muster_cross;

-- When to look whether a device is still heard. Heartbeats do not touch it: it is moved when it is
-- due, so that it costs a device one row in the time that it may be silent. No foreign key: it is
-- written for every new device within ingest, which must not wait for who holds devices.
create table watch.deadline (
  organization_id uuid not null,
  device_id uuid not null,
  -- Null while the device is known to be silent, or takes no part.
  due_at timestamptz,
  primary key (organization_id, device_id)
) with (fillfactor = 80);
call platform.protect_tenant_table('watch.deadline');
create index deadline_due on watch.deadline (due_at) where due_at is not null;

-- Devices whose status the server has changed, or is about to.
create table watch.presence (
  organization_id uuid not null,
  device_id uuid not null,
  silent boolean not null,
  -- Whether the status is still to be brought to it.
  due boolean not null,
  -- The status that the device is given back; null while it was left as it is.
  before text,
  primary key (organization_id, device_id)
);
call platform.protect_tenant_table('watch.presence');
create index presence_due on watch.presence (organization_id, device_id) where due;
