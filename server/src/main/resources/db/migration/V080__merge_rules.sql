-- What an organization has set otherwise than the product's rules, by field: {"title": "latest"}. No row is the
-- product's rules for everything.
create table sync.merge_rules (
  organization_id uuid primary key references organization.organization (id),
  version bigint not null,
  rules jsonb not null
);
call platform.protect_tenant_table('sync.merge_rules');
