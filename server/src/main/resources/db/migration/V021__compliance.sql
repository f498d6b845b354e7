create schema compliance;
grant usage on schema compliance to muster_app, muster_cross;

-- What devices have reported, stored once for all that report the same.
create table compliance.observation (
  organization_id uuid not null references organization.organization (id),
  hash text not null,
  body jsonb not null,
  seen_at timestamptz not null,
  primary key (organization_id, hash)
);
call platform.protect_tenant_table('compliance.observation');

create table compliance.report (
  organization_id uuid not null,
  id uuid not null,
  device_id uuid not null,
  received_at timestamptz not null,
  sequence bigint,
  version bigint not null,
  camera_disabled boolean not null,
  compliant_claim boolean not null,
  observation_hash text not null,
  primary key (organization_id, id),
  foreign key (organization_id, device_id) references device.device (organization_id, id),
  foreign key (organization_id, observation_hash) references compliance.observation (organization_id, hash)
);
create index report_device on compliance.report (organization_id, device_id, id);
create index report_age on compliance.report (received_at);
create index report_observation on compliance.report (organization_id, observation_hash);
call platform.protect_tenant_table('compliance.report');

-- The newest report of each device beside what the state of the whole fleet is derived from: the set,
-- override and platform (what is desired of it) and lag = reported version - base.
create table compliance.actual (
  organization_id uuid not null,
  device_id uuid not null,
  set_id uuid not null,
  override_hash text not null,
  platform text not null,
  lag bigint,
  reported_version bigint,
  observation_hash text,
  report_id uuid,
  sequence bigint,
  reported_at timestamptz,
  primary key (organization_id, device_id),
  foreign key (organization_id, device_id) references device.device (organization_id, id),
  foreign key (organization_id, set_id) references policy.policy_set (organization_id, id),
  foreign key (organization_id, observation_hash) references compliance.observation (organization_id, hash)
) with (fillfactor = 80);
create index actual_state on compliance.actual (organization_id, set_id, override_hash, platform, lag, observation_hash);
create index actual_observation on compliance.actual (organization_id, observation_hash);
call platform.protect_tenant_table('compliance.actual');

-- A cache that only the shared rule fills, so that SQL can answer for the fleet and can never
-- disagree with it.
create table compliance.verdict (
  organization_id uuid not null,
  desired_hash text not null,
  observation_hash text not null,
  rule_version int not null,
  satisfied boolean not null,
  drift jsonb not null,
  primary key (organization_id, desired_hash, observation_hash, rule_version),
  foreign key (organization_id, observation_hash)
    references compliance.observation (organization_id, hash) on delete cascade
);
create index verdict_observation on compliance.verdict (organization_id, observation_hash);
call platform.protect_tenant_table('compliance.verdict');
