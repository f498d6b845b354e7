create schema organization;
grant usage on schema organization to muster_app, muster_cross;

-- The tenants. The row's own id is what every other tenant table calls organization_id.
create table organization.organization (
  id uuid primary key,
  name text not null,
  -- The first one, which the server itself belongs to: its admins make the others.
  home boolean not null default false,
  created_at timestamptz not null
);
create unique index organization_one_home on organization.organization (home) where home;
call platform.protect_tenant_table('organization.organization', 'id');
