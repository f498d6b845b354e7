alter table device.device
  add column lifecycle text not null default 'ACTIVE'
    constraint device_lifecycle_known check (lifecycle in ('ACTIVE', 'DEACTIVATED', 'RETIRED')),
  add column deactivated_at timestamptz,
  add column retired_at timestamptz
    constraint device_retired_is_dated check ((lifecycle = 'RETIRED') = (retired_at is not null)),
  add column attributes jsonb not null default '{}',
  add column user_id uuid,
  add foreign key (organization_id, user_id)
    references identity.users (organization_id, id) on delete set null (user_id);

-- Hardware that enrolls after its device was retired is a new device.
drop index device.device_hardware;
create unique index device_hardware on device.device (organization_id, hardware_id)
  where hardware_id is not null and lifecycle <> 'RETIRED';

-- A login from the same machine is the same device.
create unique index device_login on device.device (organization_id, user_id, fingerprint)
  where user_id is not null and lifecycle <> 'RETIRED';

-- Who did it is null in events that are older than these columns.
alter table device.event
  drop constraint event_kind_known,
  add constraint event_kind_known check (kind in (
    'REGISTERED', 'ENROLLED', 'CHANGED', 'JOINED', 'LEFT', 'DEACTIVATED', 'ACTIVATED', 'RETIRED',
    'TOKENS_REVOKED', 'POLICY_ASSIGNED', 'POLICY_UNASSIGNED', 'POLICY_OVERRIDDEN')),
  add column actor_kind text
    constraint event_actor_kind check (actor_kind in ('person', 'key', 'device', 'enrollment_token', 'server')),
  add column actor_id uuid,
  add column actor_name text,
  add column request_id text;
drop index device.event_device;
create index event_device on device.event (organization_id, device_id, at, id);
create index event_age on device.event (at);

-- Retired devices keep their last report and are counted no more.
alter table compliance.actual add column retired boolean not null default false;
drop index compliance.actual_state;
create index actual_state on compliance.actual
  (organization_id, set_id, override_hash, platform, lag, observation_hash) where not retired;
create index actual_order on compliance.actual (organization_id, device_id) where not retired;
