-- Two kinds more of what is told: alerts, and that the compliance of a device, or of many at once, may
-- be another. Not every change is of one device: an alert may be of the server itself, and a policy
-- that is published is told once for all who have it. Nor is every handle written down: the state of
-- a device is derived when the log is read, and its handle comes with it.
alter table live.change drop constraint change_kind_known;
alter table live.change add constraint change_kind_known
  check (kind in ('DEVICE', 'ACTION', 'ERASED', 'ALERT', 'COMPLIANCE', 'COMPLIANCE_OF_MANY'));
alter table live.change alter column device_id drop not null;
alter table live.change alter column handle drop not null;
alter table live.change add constraint change_is_of_a_device
  check (kind in ('ALERT', 'COMPLIANCE_OF_MANY') or device_id is not null);
alter table live.change add constraint change_has_a_handle
  check (kind in ('ALERT', 'COMPLIANCE', 'COMPLIANCE_OF_MANY') or handle is not null);
