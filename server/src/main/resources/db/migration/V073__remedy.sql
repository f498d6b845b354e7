create schema remedy;
grant usage on schema remedy to muster_app, muster_cross;

-- What is to be tried with a device, from the transaction that finds it wanted until a job has
-- tried it, or has found that it must not.
create table remedy.wish (
  organization_id uuid not null,
  device_id uuid not null,
  -- Why: its policy says that the app is started again, or a rule asks for a remedy.
  reason text not null constraint wish_reason_known check (reason in ('RELAUNCH', 'APP_DOWN', 'OFFLINE')),
  wished_at timestamptz not null,
  primary key (organization_id, device_id, reason)
);
call platform.protect_tenant_table('remedy.wish');
create index wish_oldest on remedy.wish (wished_at);

-- What was tried, for the limits of a day.
create table remedy.given (
  organization_id uuid not null,
  action_id text not null,
  device_id uuid not null,
  reason text not null constraint given_reason_known check (reason in ('RELAUNCH', 'APP_DOWN', 'OFFLINE')),
  type text not null,
  -- The status that the device had when it was given.
  before text not null,
  at timestamptz not null,
  ended boolean not null,
  primary key (organization_id, action_id),
  foreign key (organization_id, device_id) references device.device (organization_id, id)
);
call platform.protect_tenant_table('remedy.given');
create index given_of_device on remedy.given (organization_id, device_id, at);
create index given_age on remedy.given (at) where ended;
