package dev.muster.protocol;

/// How a device stands towards what it should be. Always derived, never stored as a fact of its
/// own.
public enum ComplianceState {
  /// The device has not reported yet.
  UNKNOWN,
  /// The newest report is about an older version than the desired one.
  STALE,
  /// The report satisfies every desired setting.
  COMPLIANT,
  /// At least one desired setting is not satisfied.
  NON_COMPLIANT
}
