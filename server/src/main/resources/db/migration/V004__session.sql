create schema session;
grant usage on schema session to muster_app, muster_cross;

-- What one login began: the family of the refresh tokens that follow one another.
create table session.session (
  organization_id uuid not null,
  id uuid not null,
  user_id uuid not null,
  created_at timestamptz not null,
  -- When its newest refresh token expires.
  expires_at timestamptz not null,
  ended_at timestamptz,
  end_reason text constraint session_end_reason check (end_reason in ('logout', 'reuse', 'access_lost')),
  primary key (organization_id, id),
  foreign key (organization_id, user_id) references identity.users (organization_id, id)
);
create index session_of_user on session.session (organization_id, user_id) where ended_at is null;
create index session_expired on session.session (expires_at);
call platform.protect_tenant_table('session.session');

-- Used ones are kept until they expire: one that is seen again was stolen, by whoever came first or
-- by whoever came second.
create table session.refresh_token (
  organization_id uuid not null,
  id uuid not null,
  session_id uuid not null,
  -- SHA-256 is enough for 256 random bits.
  token_hash bytea not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  primary key (organization_id, id),
  foreign key (organization_id, session_id) references session.session (organization_id, id) on delete cascade
);
-- A refresh names no organization, so this key spans organizations.
create unique index refresh_token_hash on session.refresh_token (token_hash);
create index refresh_token_of_session on session.refresh_token (organization_id, session_id);
call platform.protect_tenant_table('session.refresh_token');

-- The keys of access tokens: the server's own and of no organization.
create table session.signing_key (
  id uuid primary key,
  public_key bytea not null,
  -- PKCS #8, sealed with the master key.
  sealed_private_key bytea not null,
  created_at timestamptz not null
);
grant select, insert on session.signing_key to muster_cross;
