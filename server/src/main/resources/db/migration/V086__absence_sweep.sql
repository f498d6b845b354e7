-- When devices were last looked for that are silent, and since when without a gap. A gap means that
-- nobody listened to devices either. Of the whole database; null while there was none.
create table watch.sweep (
  only_row boolean primary key default true constraint sweep_one_row check (only_row),
  ran_at timestamptz not null,
  since timestamptz
);
grant select, insert, update on watch.sweep to muster_cross;
