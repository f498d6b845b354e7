package dev.muster.server.policy;

/// What a policy is about. Only `CUSTOM` changes a rule: its keys are free and compared as JSON.
public enum PolicyType {
  PASSCODE,
  WIFI,
  RESTRICTIONS,
  APPS,
  KIOSK,
  UPDATES,
  CUSTOM
}
