create schema batch;
grant usage on schema batch to muster_app, muster_cross;

-- One action for each of many devices. Which devices these are is fixed when it is asked for.
create table batch.batch (
  organization_id uuid not null,
  id uuid not null,
  type text not null,
  params jsonb not null,
  priority text not null,
  ttl_seconds bigint,
  timeout_seconds bigint,
  max_attempts smallint,
  supersede boolean not null,
  client_token text constraint batch_client_token_length check (length(client_token) <= 128),
  request_hash text not null,
  created_at timestamptz not null,
  devices int not null,
  -- Devices that have been dealt with, and those of them that could not be given the action.
  expanded int not null default 0,
  refused int not null default 0,
  cancelled_at timestamptz,
  cancel_reason text,
  -- When there was nothing left to expand or to cancel.
  done_at timestamptz,
  primary key (organization_id, id)
);
call platform.protect_tenant_table('batch.batch');
create unique index batch_client_token on batch.batch (organization_id, client_token) where client_token is not null;
create index batch_open on batch.batch (created_at) where done_at is null;

-- The devices that are still to be dealt with, ascending. A chunk goes in the transaction that makes
-- its actions.
create table batch.chunk (
  organization_id uuid not null,
  batch_id uuid not null,
  number int not null,
  devices uuid[] not null,
  primary key (organization_id, batch_id, number),
  foreign key (organization_id, batch_id) references batch.batch (organization_id, id)
);
call platform.protect_tenant_table('batch.chunk');

-- Devices that could not be given the action, and why.
create table batch.refusal (
  organization_id uuid not null,
  batch_id uuid not null,
  device_id uuid not null,
  code text not null,
  detail text not null,
  primary key (organization_id, batch_id, device_id),
  foreign key (organization_id, batch_id) references batch.batch (organization_id, id),
  foreign key (organization_id, device_id) references device.device (organization_id, id)
);
call platform.protect_tenant_table('batch.refusal');
create index refusal_of_device on batch.refusal (organization_id, device_id);
