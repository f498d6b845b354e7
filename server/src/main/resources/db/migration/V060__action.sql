create schema action;
grant usage on schema action to muster_app, muster_cross;

-- The counter in the ids of actions.
create sequence action.number;
grant usage on sequence action.number to muster_app, muster_cross;

-- An action on a device. Whoever starts or ends one holds the device's row, so that at most one
-- runs on a device; the index on those that run says so once more.
create table action.action (
  organization_id uuid not null,
  id text not null,
  number bigint not null,
  device_id uuid not null,
  type text not null,
  params jsonb not null,
  priority smallint not null constraint action_priority_range check (priority between 1 and 4),
  timeout_seconds bigint not null constraint action_timeout_positive check (timeout_seconds > 0),
  max_attempts smallint not null constraint action_max_attempts_range check (max_attempts between 1 and 10),
  batch_id uuid,
  retry_of text,
  client_token text constraint action_client_token_length check (length(client_token) <= 128),
  -- Of what was asked with the client token, so that another request with it is found out.
  request_hash text,
  created_by_kind text not null,
  created_by_id uuid,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  state text not null
    constraint action_state_words check (state in ('PENDING', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED', 'EXPIRED')),
  started_at timestamptz,
  -- The attempt that it is at; 0 before the first.
  attempt smallint not null default 0,
  -- When the device is known to have been handed the command of this attempt.
  delivered_at timestamptz,
  next_attempt_at timestamptz,
  -- Driven by the built-in simulator until then, with this outcome.
  simulated_until timestamptz,
  simulated_error text,
  percent smallint constraint action_percent_range check (percent between 0 and 100),
  progress text,
  progress_at timestamptz,
  ended_at timestamptz,
  error text,
  result jsonb,
  -- When the clock must look at it again; null once it has ended.
  due_at timestamptz,
  primary key (organization_id, id),
  foreign key (organization_id, device_id) references device.device (organization_id, id),
  constraint action_end_is_whole check ((ended_at is null) = (state in ('PENDING', 'RUNNING'))),
  constraint action_due_until_it_ends check ((due_at is null) = (ended_at is not null))
);
call platform.protect_tenant_table('action.action');
create unique index action_running on action.action (organization_id, device_id) where state = 'RUNNING';
create index action_waiting on action.action (organization_id, device_id, priority desc, number) where state = 'PENDING';
create index action_due on action.action (due_at) where due_at is not null;
create unique index action_client_token on action.action (organization_id, client_token) where client_token is not null;
create index action_newest on action.action (organization_id, number desc);
create index action_of_state on action.action (organization_id, state, number desc);
create index action_of_type on action.action (organization_id, type, number desc);
create index action_of_device on action.action (organization_id, device_id, number desc);
create index action_of_batch on action.action (organization_id, batch_id, number desc) where batch_id is not null;
create index action_ended on action.action (ended_at) where ended_at is not null;

-- Each try of an action, for good: its request id is what a device answers to, and its end is
-- recorded once.
create table action.attempt (
  organization_id uuid not null,
  request_id text not null,
  action_id text not null,
  device_id uuid not null,
  number smallint not null,
  began_at timestamptz not null,
  delivered_at timestamptz,
  ended_at timestamptz,
  outcome text
    constraint attempt_outcome_words check (outcome in ('SUCCEEDED', 'FAILED', 'TIMED_OUT', 'CANCELLED', 'EXPIRED')),
  message text,
  -- What the device itself answered, and when it said that it finished.
  answer text,
  answered_at timestamptz,
  finished_at timestamptz,
  primary key (organization_id, request_id),
  unique (organization_id, action_id, number),
  foreign key (organization_id, action_id) references action.action (organization_id, id)
);
call platform.protect_tenant_table('action.attempt');
create index attempt_of_device on action.attempt (organization_id, device_id);
