package dev.muster.protocol;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The shared rule: does what a device reported satisfy what it should be?
///
/// Server and agents run this very code. The server keeps verdicts in a cache under
/// [#RULE_VERSION], so every change of an answer must raise it.
public final class Verdicts {
  /// Names the rule that a cached verdict was made by.
  public static final int RULE_VERSION = 2;

  private Verdicts() {}

  /// The settings in which a device is not what it should be, sorted by key; empty when it is. What
  /// is unsupported, failed or not reported satisfies nothing, and what nobody asked for does not
  /// count.
  ///
  /// Secret values are compared by their digests, so both sides must have them in that form.
  ///
  /// @param desired the settings that apply to the device ([Payloads#forPlatform])
  public static List<Drift> drift(Json.Obj desired, Map<String, Observed> observed) {
    List<Drift> drift = new ArrayList<>();
    for (Map.Entry<String, Json> field : desired.fields().entrySet()) {
      Observed actual = observed.get(field.getKey());
      if (!isSatisfied(field.getKey(), field.getValue(), actual)) {
        drift.add(new Drift(field.getKey(), field.getValue(), actual));
      }
    }
    return drift;
  }

  private static boolean isSatisfied(String key, Json desired, @Nullable Observed actual) {
    if (!(actual instanceof Observed.Value value)) {
      return false;
    }
    Optional<Setting> setting = Catalogue.find(key);
    return setting.isPresent()
        ? setting.get().satisfiedBy(desired, value.value())
        : desired.equals(value.value());
  }

  /// The state of a device. The order counts: a report about an older version says nothing about
  /// the desired one, whatever it holds; one about a later version than the desired is measured.
  ///
  /// @param reportedVersion the version that the newest report is about, null when there is none
  /// @param satisfied whether [#drift] is empty for that report
  public static ComplianceState state(
      long desiredVersion, @Nullable Long reportedVersion, boolean satisfied) {
    if (reportedVersion == null) {
      return ComplianceState.UNKNOWN;
    }
    if (reportedVersion < desiredVersion) {
      return ComplianceState.STALE;
    }
    return satisfied ? ComplianceState.COMPLIANT : ComplianceState.NON_COMPLIANT;
  }
}
