create schema identity;
grant usage on schema identity to muster_app, muster_cross;

create table identity.users (
  organization_id uuid not null references organization.organization (id),
  id uuid not null,
  email text not null,
  name text not null,
  password_hash text not null,
  role text not null constraint users_role check (role in ('admin', 'operator', 'viewer', 'member')),
  is_active boolean not null default true,
  avatar_url text,
  last_seen_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (organization_id, id)
);
-- A login names an e-mail address and no organization, so this key spans organizations.
create unique index users_email on identity.users (lower(email));
call platform.protect_tenant_table('identity.users');
