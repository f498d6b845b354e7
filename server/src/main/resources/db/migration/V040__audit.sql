create schema audit;
grant usage on schema audit to muster_app, muster_cross;

-- Who did what. Order is by time, and by id where times are equal.
create table audit.entry (
  organization_id uuid not null,
  id uuid not null,
  at timestamptz not null,
  actor_kind text not null
    constraint entry_actor_kind check (actor_kind in ('person', 'open_mode', 'key', 'device', 'enrollment_token', 'server')),
  actor_id uuid,
  -- Of a job. People and keys are named when the log is read.
  actor_name text,
  request_id text,
  action text not null,
  -- What stands before the point of an action, so that all actions of a kind are found by equality.
  family text not null generated always as (split_part(action, '.', 1)) stored,
  target_kind text not null,
  target_id text not null,
  before jsonb not null,
  after jsonb not null,
  -- Whose personal data the fields are; then before and after are empty here.
  person_id uuid,
  -- SHA-256 over the salt and the fields of audit.personal.
  commitment bytea,
  -- By a key that is not in the database, over everything above: only the server can write an entry.
  mac bytea not null,
  primary key (organization_id, id)
);
create index entry_time on audit.entry (organization_id, at, id);
create index entry_actor on audit.entry (organization_id, actor_id, at, id);
create index entry_actor_kind on audit.entry (organization_id, actor_kind, at, id);
create index entry_action on audit.entry (organization_id, action, at, id);
create index entry_family on audit.entry (organization_id, family, at, id);
create index entry_kind on audit.entry (organization_id, target_kind, at, id);
create index entry_target on audit.entry (organization_id, target_id, at, id);
create index entry_request on audit.entry (organization_id, request_id, at, id) where request_id is not null;
call platform.protect_tenant_table('audit.entry');

-- The fields of entries that are a person's own data, which must be erasable while the entry stays.
-- No foreign keys in this schema: each would lock, and so write, the entry once more, and the chain
-- says by itself when a row is missing.
create table audit.personal (
  organization_id uuid not null,
  entry_id uuid not null,
  person_id uuid not null,
  -- Goes with the fields, so that nobody can find them again by trying.
  salt bytea not null,
  before jsonb not null,
  after jsonb not null,
  primary key (organization_id, entry_id)
);
create index personal_person on audit.personal (organization_id, person_id);
call platform.protect_tenant_table('audit.personal');

-- Entries that have no place in the chain yet, written with the entry and deleted when it is sealed.
-- Rejected: a high-water mark, which an entry that is committed late would be behind.
create table audit.unsealed (
  organization_id uuid not null,
  entry_id uuid not null,
  primary key (organization_id, entry_id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
create index unsealed_oldest on audit.unsealed (entry_id);
call platform.protect_tenant_table('audit.unsealed');

-- The chain: one an organization, without gaps from 1 on. Each hash covers the one before it.
create table audit.seal (
  organization_id uuid not null,
  position bigint not null constraint seal_position check (position > 0),
  entry_id uuid not null,
  sealed_at timestamptz not null,
  hash bytea not null,
  primary key (organization_id, position),
  unique (organization_id, entry_id)
);
call platform.protect_tenant_table('audit.seal');

-- The end of each chain, so that a log whose tail was cut off is found shorter than it was.
create table audit.head (
  organization_id uuid not null,
  position bigint not null,
  hash bytea not null,
  mac bytea not null,
  primary key (organization_id)
);
call platform.protect_tenant_table('audit.head');

revoke update, delete on audit.entry, audit.seal from muster_app, muster_cross;
revoke insert on audit.seal from muster_app;
revoke insert, update, delete on audit.head from muster_app;
revoke delete on audit.head from muster_cross;
revoke update on audit.personal, audit.unsealed from muster_app, muster_cross;
revoke delete on audit.unsealed from muster_app;

-- The owner of the tables could take the grants back; this holds for it too. The one exception is a
-- whole organization, while audit.erase_organization erases it.
create function audit.refuse_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and old.organization_id::text = current_setting('muster.audit_erasing', true) then
    return old;
  end if;
  raise exception 'rows of %.% are never changed', tg_table_schema, tg_table_name
    using errcode = 'restrict_violation';
end $$;
create trigger entry_is_kept before update or delete on audit.entry
  for each row execute function audit.refuse_change();
create trigger entry_is_not_truncated before truncate on audit.entry
  for each statement execute function platform.refuse_change();
create trigger seal_is_kept before update or delete on audit.seal
  for each row execute function audit.refuse_change();
create trigger seal_is_not_truncated before truncate on audit.seal
  for each statement execute function platform.refuse_change();

-- Row-level security is forced on the owner, as whom audit.erase_organization runs: it sees the
-- organization that it erases, and nothing else.
do $$
declare name text;
begin
  foreach name in array array['entry', 'personal', 'unsealed', 'seal', 'head'] loop
    execute format(
      'create policy erasing on audit.%I to current_user using (organization_id = (select nullif(current_setting(''muster.audit_erasing'', true), '''')::uuid))',
      name);
  end loop;
end $$;

-- The only way by which entries go: all of an organization at once.
create function audit.erase_organization(erased uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform set_config('muster.audit_erasing', erased::text, true);
  delete from audit.personal where organization_id = erased;
  delete from audit.unsealed where organization_id = erased;
  delete from audit.seal where organization_id = erased;
  delete from audit.head where organization_id = erased;
  delete from audit.entry where organization_id = erased;
  perform set_config('muster.audit_erasing', '', true);
end $$;
revoke all on function audit.erase_organization(uuid) from public;
grant execute on function audit.erase_organization(uuid) to muster_cross;
