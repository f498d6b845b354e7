create schema policy;
grant usage on schema policy to muster_app, muster_cross;

create table policy.policy (
  organization_id uuid not null references organization.organization (id),
  id uuid not null,
  name text not null,
  type text not null constraint policy_type check
    (type in ('PASSCODE', 'WIFI', 'RESTRICTIONS', 'APPS', 'KIOSK', 'UPDATES', 'CUSTOM')),
  description text not null default '',
  priority int not null constraint policy_priority check (priority between 0 and 1000),
  is_defaults boolean not null default false,
  -- The pointer that says which version is active: there is no flag that could be set twice.
  current_version_id uuid,
  -- How often a version has been made current; every device that has this policy counts it in.
  activations bigint not null default 0,
  archived_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (organization_id, id)
);
create unique index policy_name on policy.policy (organization_id, lower(name)) where archived_at is null;
create unique index policy_defaults on policy.policy (organization_id) where is_defaults;
call platform.protect_tenant_table('policy.policy');

create table policy.version (
  organization_id uuid not null,
  id uuid not null,
  policy_id uuid not null,
  number int not null constraint version_number check (number > 0),
  payload jsonb not null,
  checksum text not null,
  comment text not null default '',
  created_by uuid,
  created_at timestamptz not null,
  primary key (organization_id, id),
  unique (organization_id, policy_id, id),
  unique (organization_id, policy_id, number),
  foreign key (organization_id, policy_id) references policy.policy (organization_id, id)
);
call platform.protect_tenant_table('policy.version');
create trigger version_is_immutable before update or delete on policy.version
  for each row execute function platform.refuse_change();
alter table policy.policy add foreign key (organization_id, id, current_version_id)
  references policy.version (organization_id, policy_id, id);

create table policy.activation (
  organization_id uuid not null,
  id uuid not null,
  policy_id uuid not null,
  version_id uuid not null,
  sequence bigint not null,
  kind text not null constraint activation_kind check (kind in ('PUBLISHED', 'ROLLED_BACK')),
  activated_by uuid,
  activated_at timestamptz not null,
  primary key (organization_id, id),
  unique (organization_id, policy_id, sequence),
  foreign key (organization_id, policy_id, version_id) references policy.version (organization_id, policy_id, id)
);
call platform.protect_tenant_table('policy.activation');
create trigger activation_is_immutable before update or delete on policy.activation
  for each row execute function platform.refuse_change();

create table policy.device_assignment (
  organization_id uuid not null,
  device_id uuid not null,
  policy_id uuid not null,
  assigned_by uuid,
  assigned_at timestamptz not null,
  primary key (organization_id, device_id, policy_id),
  foreign key (organization_id, policy_id) references policy.policy (organization_id, id),
  foreign key (organization_id, device_id) references device.device (organization_id, id)
);
create index device_assignment_policy on policy.device_assignment (organization_id, policy_id);
call platform.protect_tenant_table('policy.device_assignment');

create table policy.group_assignment (
  organization_id uuid not null,
  group_id uuid not null,
  policy_id uuid not null,
  assigned_by uuid,
  assigned_at timestamptz not null,
  primary key (organization_id, group_id, policy_id),
  foreign key (organization_id, policy_id) references policy.policy (organization_id, id),
  foreign key (organization_id, group_id) references device.device_group (organization_id, id)
);
create index group_assignment_policy on policy.group_assignment (organization_id, policy_id);
call platform.protect_tenant_table('policy.group_assignment');

-- Interned sets of distinct policies: 100,000 devices share a few of them.
create table policy.policy_set (
  organization_id uuid not null,
  id uuid not null,
  members uuid[] not null,
  primary key (organization_id, id),
  unique (organization_id, members)
);
call platform.protect_tenant_table('policy.policy_set');

create table policy.policy_set_member (
  organization_id uuid not null,
  set_id uuid not null,
  policy_id uuid not null,
  primary key (organization_id, set_id, policy_id),
  foreign key (organization_id, set_id) references policy.policy_set (organization_id, id),
  foreign key (organization_id, policy_id) references policy.policy (organization_id, id)
);
create index policy_set_member_policy on policy.policy_set_member (organization_id, policy_id);
call platform.protect_tenant_table('policy.policy_set_member');

-- desired version of a device = base + the activations of the policies of its set
create table policy.desired (
  organization_id uuid not null,
  device_id uuid not null,
  set_id uuid not null,
  base bigint not null,
  override jsonb,
  override_hash text not null default '',
  primary key (organization_id, device_id),
  foreign key (organization_id, device_id) references device.device (organization_id, id),
  foreign key (organization_id, set_id) references policy.policy_set (organization_id, id)
);
create index desired_set on policy.desired (organization_id, set_id, device_id);
create index desired_override on policy.desired (organization_id, override_hash) where override_hash <> '';
call platform.protect_tenant_table('policy.desired');

-- What made up the desired policy of a device since when. With the activations it tells what was
-- desired of any device at any time.
create table policy.desired_change (
  organization_id uuid not null,
  id uuid not null,
  device_id uuid not null,
  changed_at timestamptz not null,
  set_id uuid not null,
  base bigint not null,
  override jsonb,
  primary key (organization_id, id),
  foreign key (organization_id, device_id) references device.device (organization_id, id),
  foreign key (organization_id, set_id) references policy.policy_set (organization_id, id)
);
create index desired_change_device on policy.desired_change (organization_id, device_id, changed_at);
call platform.protect_tenant_table('policy.desired_change');
create trigger desired_change_is_immutable before update on policy.desired_change
  for each row execute function platform.refuse_change();

-- A change whose devices are still to be woken, in the order of their ids: all that have a policy,
-- those that are named, or those named that have the policy.
create table policy.wake (
  organization_id uuid not null,
  id uuid not null,
  policy_id uuid,
  device_ids uuid[],
  woken_up_to uuid,
  created_at timestamptz not null,
  primary key (organization_id, id),
  constraint wake_scope check (policy_id is not null or device_ids is not null),
  foreign key (organization_id, policy_id) references policy.policy (organization_id, id)
);
create index wake_order on policy.wake (created_at, id);
create index wake_policy on policy.wake (organization_id, policy_id) where device_ids is null;
call platform.protect_tenant_table('policy.wake');

create table policy.apply_job (
  organization_id uuid not null,
  id uuid not null,
  device_id uuid not null,
  policy_id uuid,
  version bigint not null,
  state text not null constraint apply_job_state check (state in ('QUEUED', 'RUNNING', 'SUCCESS', 'FAILED')),
  attempt int not null,
  error text,
  created_at timestamptz not null,
  due_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz,
  primary key (organization_id, id),
  foreign key (organization_id, device_id) references device.device (organization_id, id),
  foreign key (organization_id, policy_id) references policy.policy (organization_id, id)
);
-- The device first: doorbells are rung by device, whatever its organization.
create unique index apply_job_open on policy.apply_job (device_id, organization_id)
  where state in ('QUEUED', 'RUNNING');
create index apply_job_retry on policy.apply_job (due_at) where state = 'QUEUED' and attempt > 1;
create index apply_job_running on policy.apply_job (started_at) where state = 'RUNNING';
create index apply_job_age on policy.apply_job (finished_at) where finished_at is not null;
create index apply_job_policy on policy.apply_job (organization_id, policy_id, created_at, id);
create index apply_job_device on policy.apply_job (organization_id, device_id, id);
call platform.protect_tenant_table('policy.apply_job');
