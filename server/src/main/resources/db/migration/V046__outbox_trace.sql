-- The trace of who wrote the event, in the form of the W3C header; null when nothing was traced.
alter table platform.outbox add column traceparent text
  constraint outbox_traceparent check (length(traceparent) <= 64);
