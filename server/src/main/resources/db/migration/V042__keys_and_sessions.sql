-- Credentials of programs, each with some of the rights of the person who made it. They go with
-- that person: a key whose maker is gone would have rights that nobody answers for.
create table identity.api_key (
  organization_id uuid not null,
  id uuid not null,
  name text not null constraint api_key_name_length check (length(name) between 1 and 200),
  secret_hash text not null,
  scopes text[] not null constraint api_key_scopes_some check (cardinality(scopes) > 0),
  created_by uuid not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  primary key (organization_id, id),
  foreign key (organization_id, created_by) references identity.users (organization_id, id) on delete cascade
);
call platform.protect_tenant_table('identity.api_key');
-- Presented by a stranger, a key is found before its organization is known.
create index api_key_id on identity.api_key (id);
create index api_key_of_maker on identity.api_key (organization_id, created_by);

-- Where a session was begun, and when it was last refreshed.
alter table session.session
  add column address text,
  add column user_agent text,
  add column refreshed_at timestamptz,
  drop constraint session_end_reason,
  add constraint session_end_reason check (
    end_reason in ('logout', 'reuse', 'access_lost', 'password_changed', 'revoked'));

-- How often somebody has tried to log in lately, by account, address, or both, and from where an
-- account has logged in. A login names an account that need not exist, so this is of no
-- organization; the key is an HMAC, because people type their password into the wrong field.
create table session.login_count (
  key bytea primary key,
  attempts int not null,
  window_ends timestamptz not null
);
create index login_count_over on session.login_count (window_ends);
grant select, insert, update, delete on session.login_count to muster_cross;

-- A key is known to every node some time before it signs, and verifies for some time after the
-- next one does.
alter table session.signing_key add column signs_from timestamptz;
update session.signing_key set signs_from = created_at;
alter table session.signing_key alter column signs_from set not null;
grant delete on session.signing_key to muster_cross;

-- Which master key this database's secrets are sealed with; not the key itself.
create table platform.master_key (
  only_row boolean primary key default true constraint master_key_only_row check (only_row),
  fingerprint text not null,
  created_at timestamptz not null
);
grant select, insert on platform.master_key to muster_cross;
