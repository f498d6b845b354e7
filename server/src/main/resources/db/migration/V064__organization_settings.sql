-- Whether devices of the organization may be told to run scripts.
alter table organization.organization add column allow_scripts boolean not null default false;
