-- The limit of requests is not one of migrations: this writes rows of every device or version.
set local statement_timeout = 0;

alter table organization.organization
  -- Null: the server's own limit. 0: without limit.
  add column quota_devices bigint constraint organization_quota_devices check (quota_devices >= 0),
  add column quota_tokens bigint constraint organization_quota_tokens check (quota_tokens >= 0),
  add column quota_storage_bytes bigint
    constraint organization_quota_storage_bytes check (quota_storage_bytes >= 0),
  -- Nobody of an organization that is being erased is let in.
  add column erasing_since timestamptz,
  add column rows_to_erase bigint,
  add column rows_erased bigint not null default 0;
create index organization_erasing on organization.organization (erasing_since) where erasing_since is not null;

alter table policy.version
  add column payload_bytes bigint not null generated always as (octet_length(payload::text)) stored;

-- What is never changed is deleted with its organization, by the transaction that says so, and in
-- no other way.
create or replace function platform.refuse_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    if old.organization_id::text = current_setting('muster.erasing_organization', true) then
      return old;
    end if;
  end if;
  raise exception 'rows of %.% are never changed', tg_table_schema, tg_table_name using errcode = 'restrict_violation';
end $$;
