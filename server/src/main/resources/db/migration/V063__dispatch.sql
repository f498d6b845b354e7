create schema dispatch;
grant usage on schema dispatch to muster_app, muster_cross;

-- A command that is to be handed out, from the transaction in which an attempt at an action begins
-- until the one in which it ends; no row, no dispatch.
create table dispatch.delivery (
  organization_id uuid not null,
  request_id text not null,
  action_id text not null,
  device_id uuid not null,
  kind text not null constraint delivery_kind_words check (kind in ('RUN', 'CANCEL')),
  began_at timestamptz not null,
  -- When it is of no use any more; null when the attempt says so.
  useless_at timestamptz,
  -- When it is to be handed out (again). Whoever takes it to do so moves this on, which is the
  -- lease: a taker that dies lets it become due. Null once the device has acknowledged it.
  due_at timestamptz,
  -- Set while it is the push service's turn; due_at is later then.
  push_at timestamptz,
  -- How often it was taken, which also tells the present taker from earlier ones.
  sends int not null default 0,
  -- How often it was due and no node held a connection.
  misses int not null default 0,
  polled_at timestamptz,
  waits_for text not null
    constraint delivery_waits_for_words check (waits_for in ('HANDOVER', 'CONNECTION', 'PUSH', 'SECRET', 'DEVICE')),
  waits_since timestamptz not null,
  primary key (organization_id, request_id),
  foreign key (organization_id, device_id) references device.device (organization_id, id)
);
call platform.protect_tenant_table('dispatch.delivery');
create index delivery_of_device on dispatch.delivery (device_id);
create index delivery_due on dispatch.delivery (due_at) where due_at is not null;
create index delivery_push on dispatch.delivery (push_at) where push_at is not null;
create index delivery_useless on dispatch.delivery (useless_at) where useless_at is not null;

-- Each try to hand a command out. They outlive the delivery.
create table dispatch.dispatch (
  organization_id uuid not null,
  id uuid not null,
  action_id text not null,
  request_id text not null,
  device_id uuid not null,
  kind text not null constraint dispatch_kind_words check (kind in ('RUN', 'CANCEL')),
  channel text not null constraint dispatch_channel_words check (channel in ('WEBSOCKET', 'FCM', 'POLL')),
  at timestamptz not null,
  latency_ms bigint not null,
  http_code int,
  error text,
  retry int not null,
  primary key (organization_id, id),
  foreign key (organization_id, device_id) references device.device (organization_id, id)
);
call platform.protect_tenant_table('dispatch.dispatch');
create index dispatch_of_action on dispatch.dispatch (organization_id, action_id, at desc, id desc);
create index dispatch_of_device on dispatch.dispatch (organization_id, device_id);
create index dispatch_at on dispatch.dispatch (at);
