-- The limit of requests is not one of migrations: this writes rows of every device or version.
set local statement_timeout = 0;

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

-- By what a device is sorted and found: its name in lower case, as Java has it, because lower() of
-- PostgreSQL knows only ASCII in the locale C.
alter table device.device add column name_key text collate "C";
set local role muster_cross;
update device.device set name_key = lower(left(name, 128));
reset role;
alter table device.device alter column name_key set not null;

-- What devices are found by, each in the three orders of lists: '' (every device), status=IDLE, tag=…,
-- group=…, attribute.site=…. Retired devices are apart, because lists leave them out. It takes the place of the
-- tags' own table and of the indexes on the device itself.
create table device.facet (
  organization_id uuid not null,
  facet text collate "C" not null,
  retired boolean not null,
  device_id uuid not null,
  name_key text collate "C" not null,
  handle_key text collate "C" not null,
  primary key (organization_id, facet, retired, device_id),
  foreign key (organization_id, device_id) references device.device (organization_id, id) on delete cascade
);
create index facet_by_name on device.facet (organization_id, facet, retired, name_key, device_id);
create index facet_by_handle on device.facet (organization_id, facet, retired, handle_key, device_id);
create index facet_device on device.facet (organization_id, device_id);
call platform.protect_tenant_table('device.facet');

-- What device.facet is to hold, from the rows as they are.
create view device.facet_due with (security_invoker = true) as
select d.organization_id, due.facet collate "C" as facet, d.lifecycle = 'RETIRED' as retired, d.id as device_id,
       d.name_key, lower(d.handle) collate "C" as handle_key
from device.device d
cross join lateral (
  select '' as facet
  union all select 'lifecycle=' || d.lifecycle
  union all select 'status=' || d.status
  union all select 'platform=' || d.platform
  union all select 'type=' || d.type where d.type <> ''
  union all select 'model=' || left(d.model, 256) where d.model <> ''
  union all select 'os_version=' || left(d.os_version, 256) where d.os_version <> ''
  union all select 'agent_version=' || left(d.agent_version, 256) where d.agent_version <> ''
  union all select 'tag=' || tag from unnest(d.tags) as tag
  union all select 'attribute.' || key || '=' || value from jsonb_each_text(d.attributes)
  union all select 'group=' || m.group_id from device.group_member m
            where m.organization_id = d.organization_id and m.device_id = d.id
) due;
grant select on device.facet_due to muster_app, muster_cross;
set local role muster_cross;
insert into device.facet (organization_id, facet, retired, device_id, name_key, handle_key)
select organization_id, facet, retired, device_id, name_key, handle_key from device.facet_due
on conflict do nothing;
reset role;
drop table device.device_tag;
drop index device.device_status, device.device_name_prefix, device.device_handle_prefix;
