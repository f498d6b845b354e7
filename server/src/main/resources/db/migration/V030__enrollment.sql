create schema enrollment;
grant usage on schema enrollment to muster_app, muster_cross;

-- What an enrollment token gives to the devices that it admits.
create table enrollment.token_group (
  organization_id uuid not null,
  token_id uuid not null,
  group_id uuid not null,
  primary key (organization_id, token_id, group_id),
  foreign key (organization_id, token_id) references credential.enrollment_token (organization_id, id),
  foreign key (organization_id, group_id) references device.device_group (organization_id, id)
);
call platform.protect_tenant_table('enrollment.token_group');

create table enrollment.token_policy (
  organization_id uuid not null,
  token_id uuid not null,
  policy_id uuid not null,
  primary key (organization_id, token_id, policy_id),
  foreign key (organization_id, token_id) references credential.enrollment_token (organization_id, id),
  foreign key (organization_id, policy_id) references policy.policy (organization_id, id)
);
call platform.protect_tenant_table('enrollment.token_policy');
