-- Names one life of this database. A restore begins another: what clients have been told since the
-- backup was taken is no longer known here, and by the changed name they learn it.
create table platform.epoch (
  only_row boolean primary key default true constraint epoch_one_row check (only_row),
  id uuid not null,
  began_at timestamptz not null,
  -- When the backup was taken that it was restored from; null in the first life.
  restored_from timestamptz
);
grant select on platform.epoch to muster_app, muster_cross;
insert into platform.epoch (id, began_at) values (gen_random_uuid(), now());
