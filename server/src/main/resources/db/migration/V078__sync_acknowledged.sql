-- The highest of the device's own components that it has pushed, as data or as a conflict.
alter table sync.device add column acknowledged bigint not null default 0;
