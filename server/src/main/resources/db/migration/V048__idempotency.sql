-- The requests that came with an Idempotency-Key. A row commits with the work that it stands for, so
-- that there is neither without the other; the answer follows.
create table platform.idempotency (
  organization_id uuid not null,
  caller_kind text not null
    constraint idempotency_caller_kind check (caller_kind in ('person', 'key', 'device', 'enrollment_token')),
  caller_id uuid not null,
  key text not null constraint idempotency_key_form check (key ~ '^[!-~]{1,255}$'),
  claim_id uuid not null,
  -- SHA-256 of the method, the path with its query, and the body, in hex.
  fingerprint text not null,
  claimed_at timestamptz not null,
  -- Set when the request is over, with an answer or without one.
  ended_at timestamptz,
  -- Sealed with the master key: answers can hold tokens that are shown once.
  sealed_answer bytea,
  primary key (organization_id, caller_kind, caller_id, key)
);
create index idempotency_age on platform.idempotency (claimed_at);
call platform.protect_tenant_table('platform.idempotency');
