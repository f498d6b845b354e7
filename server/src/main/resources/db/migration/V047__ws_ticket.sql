-- By which pages open WebSockets: good for one use within seconds, on any node. Deleted by its use.
create table session.ws_ticket (
  organization_id uuid not null,
  id uuid not null,
  user_id uuid not null,
  -- The login that asked for it, with which it ends; null in open mode.
  session_id uuid,
  -- SHA-256 is enough for 256 random bits.
  ticket_hash bytea not null,
  expires_at timestamptz not null,
  primary key (organization_id, id),
  foreign key (organization_id, user_id) references identity.users (organization_id, id) on delete cascade
);
-- An upgrade names no organization, so this key spans organizations.
create unique index ws_ticket_hash on session.ws_ticket (ticket_hash);
create index ws_ticket_of_user on session.ws_ticket (organization_id, user_id);
create index ws_ticket_expired on session.ws_ticket (expires_at);
call platform.protect_tenant_table('session.ws_ticket');
