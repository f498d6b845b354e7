-- History in the order of its time. By device first, each heartbeat went to a page of the index that no
-- other touched: read, written whole to the log, and split. A day that is over gets an index by device
-- when it is frozen.
alter table telemetry.heartbeat drop constraint heartbeat_pkey;
alter table telemetry.heartbeat add primary key (organization_id, bucket, device_id);

-- What devices say again and again: what they are and what is installed. Devices that say the same
-- share a row.
create table telemetry.detail (
  organization_id uuid not null,
  -- The first half of the SHA-256 of the text that was sent.
  id uuid not null,
  body jsonb not null,
  -- The newest day on which a heartbeat said it.
  used_on date not null,
  primary key (organization_id, id)
);
call platform.protect_tenant_table('telemetry.detail');

-- Null when there is none, and in days that were restored, whose rows hold everything in `rest`.
alter table telemetry.heartbeat add column detail uuid;
alter table telemetry.last_status add column detail uuid;

-- Days on their way out of the database are no partitions any more.
do $$
declare
  day regclass;
begin
  for day in
    select c.oid::regclass from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'telemetry' and c.relkind = 'r' and not c.relispartition
      and c.relname ~ '^heartbeat_\d{4}_\d\d_\d\d$'
  loop
    execute format('alter table %s add column detail uuid', day);
  end loop;
end $$;
