create schema live;
grant usage on schema live to muster_app, muster_cross;

-- What has become of devices and actions, for those who watch: written in the transaction that
-- changes them, in the order of `number` (docs/decisions/015). No foreign key to the device: whoever
-- writes a change holds the device's row, and the last change of a device says that it is erased.
create table live.change (
  organization_id uuid not null,
  number bigint not null generated always as identity,
  at timestamptz not null,
  kind text not null constraint change_kind_known check (kind in ('DEVICE', 'ACTION', 'ERASED')),
  device_id uuid not null,
  handle text not null,
  action_id text constraint change_action_is_named check ((action_id is not null) = (kind = 'ACTION')),
  -- What may be another after the next change. What never changes of an action (what was asked for,
  -- what the device answered) is looked up where it is.
  snapshot jsonb not null,
  primary key (organization_id, number)
);
call platform.protect_tenant_table('live.change');
grant select on sequence live.change_number_seq to muster_app, muster_cross;
-- For the erasure of a device.
create index change_device on live.change (organization_id, device_id);

-- The greatest number that was forgotten: who has seen less has missed something.
create table live.horizon (
  organization_id uuid not null primary key,
  number bigint not null
);
call platform.protect_tenant_table('live.horizon');
