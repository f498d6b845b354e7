create schema notification;
grant usage on schema notification to muster_app, muster_cross;

-- Where messages of alerts go. What is needed to get there (an address that is a secret itself, the
-- secret of a signature) is sealed with the master key; `shown` is what people see of the address.
create table notification.channel (
  organization_id uuid not null,
  id uuid not null,
  kind text not null constraint channel_kind_words check (kind in ('DISCORD', 'SLACK', 'WEBHOOK', 'EMAIL')),
  name text not null,
  shown text not null,
  sealed bytea not null,
  -- 0 is INFO, 1 WARNING, 2 CRITICAL.
  minimum_severity smallint not null constraint channel_severity_range check (minimum_severity between 0 and 2),
  -- Kinds of alerts; empty for all, those of later versions too.
  kinds text[] not null,
  enabled boolean not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (organization_id, id),
  constraint channel_name unique (organization_id, name)
);
call platform.protect_tenant_table('notification.channel');

-- When alerts are not told to anybody. Without device, group and kind it is of all.
create table notification.mute (
  organization_id uuid not null,
  id uuid not null,
  device_id uuid,
  group_id uuid,
  kind text,
  from_at timestamptz not null,
  until_at timestamptz,
  -- A window that comes back each week: its days (1 is Monday), its begin and its length, in a zone.
  weekly_days smallint[],
  weekly_from time,
  weekly_minutes int,
  weekly_zone text,
  reason text not null,
  created_at timestamptz not null,
  primary key (organization_id, id),
  foreign key (organization_id, device_id) references device.device (organization_id, id),
  foreign key (organization_id, group_id) references device.device_group (organization_id, id)
);
call platform.protect_tenant_table('notification.mute');
create index mute_of_device on notification.mute (organization_id, device_id) where device_id is not null;

-- A message to one channel. Its id is that of the delivery, however often it is tried.
create table notification.message (
  organization_id uuid not null,
  id uuid not null,
  channel_id uuid not null,
  content jsonb not null,
  state text not null constraint message_state_words check (state in ('QUEUED', 'DELIVERED', 'DEAD')),
  created_at timestamptz not null,
  -- When it is to be sent (again). Whoever takes it to do so moves this on, which is the lease: a
  -- taker that dies lets it become due.
  due_at timestamptz not null,
  attempts int not null default 0,
  error text,
  ended_at timestamptz,
  primary key (organization_id, id)
);
call platform.protect_tenant_table('notification.message');
create index message_queued on notification.message (organization_id, channel_id, id) where state = 'QUEUED';
create index message_dead on notification.message (organization_id, id) where state = 'DEAD';
create index message_recent on notification.message (organization_id, created_at);
create index message_ended on notification.message (ended_at) where ended_at is not null;

-- What an alert has to tell a channel, from the transaction in which it is raised or recovers. No
-- foreign key, so that such a transaction waits for nobody; whoever erases a device deletes its rows.
create table notification.part (
  organization_id uuid not null,
  channel_id uuid not null,
  alert_id uuid not null,
  event text not null constraint part_event_words check (event in ('RAISED', 'RECOVERED')),
  kind text not null,
  severity smallint not null,
  device_id uuid,
  handle text,
  name text,
  summary text not null,
  -- When it was raised, or recovered.
  at timestamptz not null,
  queued_at timestamptz not null,
  state text not null constraint part_state_words check (state in ('WAITING', 'SENT', 'MUTED', 'LAPSED')),
  -- When the message with it was composed, or nothing was to be told.
  settled_at timestamptz,
  message_id uuid,
  primary key (organization_id, channel_id, alert_id, event)
);
call platform.protect_tenant_table('notification.part');
create index part_of_alert on notification.part (organization_id, alert_id);
create index part_waiting on notification.part (organization_id, channel_id, event, kind, queued_at) where state = 'WAITING';
create index part_sent on notification.part (organization_id, settled_at) where state = 'SENT';
create index part_settled on notification.part (settled_at) where settled_at is not null;
create index part_of_device on notification.part (organization_id, device_id) where device_id is not null;
