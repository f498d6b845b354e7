-- Up to which change tombstones of an organization have been forgotten: whoever was told less may hold rows
-- that nobody tells them are gone. Tombstones that were forgotten before this table was there are covered by
-- the time of a device's last pull, as they were.
create table task.forgotten (
  organization_id uuid primary key references organization.organization (id),
  change_number bigint not null
);
call platform.protect_tenant_table('task.forgotten');

-- V077 says what it was when each item that is refused was a conflict of its own.
comment on column sync.conflict.refused is
  'Empty for an item that names a row, of which one waits for each device; else a hash of what was sent.';
