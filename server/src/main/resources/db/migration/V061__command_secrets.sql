-- The secret under which the commands to a device are signed, sealed with the master key. After a
-- rotation the next one stands beside it until the device shows that it has it. handed_out_at is when
-- it was first put in an answer; until then nobody but the server knows it.
create table credential.command_secret (
  organization_id uuid not null,
  device_id uuid not null,
  sealed bytea not null,
  handed_out_at timestamptz,
  next_sealed bytea,
  next_handed_out_at timestamptz,
  changed_at timestamptz not null,
  primary key (organization_id, device_id),
  foreign key (organization_id, device_id) references device.device (organization_id, id),
  constraint command_secret_next check (next_sealed is not null or next_handed_out_at is null)
);
call platform.protect_tenant_table('credential.command_secret');

-- Devices that are to be told over the push service that their policy has changed, unless they hear of
-- it before due_at: one row a device, however much changes. The revision rises with each change, so
-- that a message that was under way meanwhile does not count for what came after it.
create table doorbell.pending_push (
  organization_id uuid not null,
  device_id uuid not null,
  revision int not null default 1,
  attempt int not null default 1,
  due_at timestamptz not null,
  primary key (organization_id, device_id),
  foreign key (organization_id, device_id) references device.device (organization_id, id)
);
call platform.protect_tenant_table('doorbell.pending_push');
create index pending_push_due on doorbell.pending_push (due_at);
-- Who is to be woken is known by device, in any organization.
create index push_token_device on doorbell.push_token (device_id);
