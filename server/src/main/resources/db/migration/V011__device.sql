create schema device;
grant usage on schema device to muster_app, muster_cross;

create table device.device (
  organization_id uuid not null references organization.organization (id),
  id uuid not null,
  handle text not null constraint device_handle_form check (handle ~ '^[A-Za-z0-9._:-]{1,128}$'),
  name text not null constraint device_name_length check (length(name) between 1 and 500),
  platform text not null
    constraint device_platform_known check (platform in ('ANDROID', 'LINUX', 'MACOS', 'IOS', 'WINDOWS', 'OTHER')),
  type text not null,
  status text not null
    constraint device_status_known
    check (status in ('IDLE', 'BUSY', 'OFFLINE', 'MAINTENANCE', 'UPDATING', 'RECOVERING', 'ERROR')),
  tags text[] not null default '{}',
  hardware_id text,
  fingerprint text,
  model text,
  os_version text,
  agent_version text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (organization_id, id),
  unique (organization_id, handle)
);
create unique index device_hardware on device.device (organization_id, hardware_id) where hardware_id is not null;
create index device_status on device.device (organization_id, status, id);
create index device_name_prefix on device.device (organization_id, lower(name) text_pattern_ops);
create index device_handle_prefix on device.device (organization_id, lower(handle) text_pattern_ops);
call platform.protect_tenant_table('device.device');

-- Who has a tag, in the order of lists. Rejected: a GIN index on device.tags, which has no order, so
-- that PostgreSQL walks the whole fleet in search of a tag that it takes for frequent.
create table device.device_tag (
  organization_id uuid not null,
  tag text not null constraint device_tag_length check (length(tag) between 1 and 64),
  device_id uuid not null,
  primary key (organization_id, tag, device_id),
  foreign key (organization_id, device_id) references device.device (organization_id, id)
);
create index device_tag_device on device.device_tag (organization_id, device_id);
call platform.protect_tenant_table('device.device_tag');

-- How many devices an organization has, so that a list of a million need not count them. In shards,
-- because one row would let only one device be registered at a time.
create table device.tally (
  organization_id uuid not null references organization.organization (id),
  shard smallint not null,
  devices bigint not null,
  primary key (organization_id, shard)
);
call platform.protect_tenant_table('device.tally');

create table device.device_group (
  organization_id uuid not null references organization.organization (id),
  id uuid not null,
  name text not null constraint device_group_name_length check (length(name) between 1 and 200),
  created_at timestamptz not null,
  primary key (organization_id, id),
  unique (organization_id, name)
);
call platform.protect_tenant_table('device.device_group');

create table device.group_member (
  organization_id uuid not null,
  group_id uuid not null,
  device_id uuid not null,
  primary key (organization_id, group_id, device_id),
  foreign key (organization_id, group_id) references device.device_group (organization_id, id),
  foreign key (organization_id, device_id) references device.device (organization_id, id)
);
create index group_member_device on device.group_member (organization_id, device_id);
call platform.protect_tenant_table('device.group_member');

create table device.event (
  organization_id uuid not null,
  id uuid not null,
  device_id uuid not null,
  kind text not null constraint event_kind_known check (kind in ('REGISTERED', 'CHANGED', 'JOINED', 'LEFT')),
  body jsonb not null,
  at timestamptz not null,
  primary key (organization_id, id),
  foreign key (organization_id, device_id) references device.device (organization_id, id)
);
create index event_device on device.event (organization_id, device_id, id);
call platform.protect_tenant_table('device.event');
