create schema attachment;
grant usage on schema attachment to muster_app, muster_cross;

-- A file of a task. The row is there before its bytes are: it holds their place in the quota.
create table attachment.attachment (
  organization_id uuid not null references organization.organization (id),
  id uuid not null,
  task_id uuid not null,
  name text not null,
  content_type text not null,
  size bigint not null,
  sha256 text not null,
  -- Up to where the bytes are there.
  uploaded bigint not null default 0 constraint attachment_uploaded check (uploaded between 0 and size),
  created_by uuid,
  created_at timestamptz not null,
  -- When a chunk came last.
  uploaded_at timestamptz not null,
  completed_at timestamptz
    constraint attachment_completed_when_whole check (completed_at is null or uploaded = size),
  primary key (organization_id, id),
  foreign key (organization_id, task_id) references task.task (organization_id, id)
);
call platform.protect_tenant_table('attachment.attachment');
-- With the size, so that the quota is counted from the index alone.
create index attachment_task on attachment.attachment (organization_id, task_id) include (size);
create index attachment_unfinished on attachment.attachment (uploaded_at) where completed_at is null;

create table attachment.chunk (
  organization_id uuid not null,
  attachment_id uuid not null,
  -- Where in the file it begins.
  begins_at bigint not null,
  bytes bytea not null,
  primary key (organization_id, attachment_id, begins_at),
  foreign key (organization_id, attachment_id) references attachment.attachment (organization_id, id)
    on delete cascade
);
call platform.protect_tenant_table('attachment.chunk');
-- Photos and documents are compressed already.
alter table attachment.chunk alter column bytes set storage external;

alter table organization.organization
  -- As the other quotas: null is the server's own limit, 0 is without limit.
  add column quota_attachment_bytes bigint
    constraint organization_quota_attachment_bytes check (quota_attachment_bytes >= 0);
