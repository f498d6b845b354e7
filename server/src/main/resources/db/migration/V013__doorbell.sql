create schema doorbell;
grant usage on schema doorbell to muster_app, muster_cross;

-- Where a push service reaches a device; the newest address replaces the one before.
create table doorbell.push_token (
  organization_id uuid not null,
  device_id uuid not null,
  token text not null,
  updated_at timestamptz not null,
  primary key (organization_id, device_id),
  foreign key (organization_id, device_id) references device.device (organization_id, id)
);
call platform.protect_tenant_table('doorbell.push_token');
