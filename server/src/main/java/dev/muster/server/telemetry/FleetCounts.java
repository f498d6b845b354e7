package dev.muster.server.telemetry;

import java.util.Map;

/// How many devices of an organization are how, by what they last said of themselves.
///
/// @param counts `devices`, `online`, `offline`, `never_heard`, `low_battery`, `app_down`
/// @param byOs the 50 most frequent versions
/// @param byApp the 50 most frequent versions of the agent
public record FleetCounts(
    Map<String, Long> counts, Map<String, Long> byOs, Map<String, Long> byApp) {
  long of(String kind) {
    return counts.getOrDefault(kind, 0L);
  }
}
