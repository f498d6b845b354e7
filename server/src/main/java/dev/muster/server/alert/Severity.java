package dev.muster.server.alert;

/// How bad an alert is.
public enum Severity {
  INFO,
  WARNING,
  CRITICAL
}
