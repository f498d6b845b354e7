create schema credential;
grant usage on schema credential to muster_app, muster_cross;

-- A token admits devices max_uses times. The row is locked by each use, which makes the count exact
-- under any number of enrollments at once.
create table credential.enrollment_token (
  organization_id uuid not null references organization.organization (id),
  id uuid not null,
  name text not null constraint enrollment_token_name_length check (length(name) <= 200),
  secret_hash text not null,
  max_uses int not null constraint enrollment_token_max_uses_range check (max_uses between 1 and 1000000),
  uses int not null default 0,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  primary key (organization_id, id),
  constraint enrollment_token_uses_range check (uses between 0 and max_uses)
);
call platform.protect_tenant_table('credential.enrollment_token');
-- Presented by a stranger, a token is found before its organization is known.
create index enrollment_token_id on credential.enrollment_token (id);

-- Which hardware a token has admitted: the same hardware comes in again without another use.
create table credential.enrollment_use (
  organization_id uuid not null,
  token_id uuid not null,
  hardware_id text not null,
  at timestamptz not null,
  primary key (organization_id, token_id, hardware_id),
  foreign key (organization_id, token_id) references credential.enrollment_token (organization_id, id)
);
call platform.protect_tenant_table('credential.enrollment_use');

-- The generation counts the tokens of a device: the first use of one retires the earlier ones.
create table credential.device_token (
  organization_id uuid not null,
  id uuid not null,
  device_id uuid not null,
  generation int not null,
  secret_hash text not null,
  created_at timestamptz not null,
  first_used_at timestamptz,
  revoked_at timestamptz,
  primary key (organization_id, id),
  unique (organization_id, device_id, generation),
  foreign key (organization_id, device_id) references device.device (organization_id, id)
);
call platform.protect_tenant_table('credential.device_token');
create index device_token_id on credential.device_token (id);
