package dev.muster.server.compliance;

import dev.muster.protocol.Drift;
import dev.muster.protocol.Json;
import dev.muster.protocol.Payloads;
import dev.muster.protocol.Verdicts;
import dev.muster.server.compliance.ActualStore.Pair;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.policy.Effective;
import dev.muster.server.policy.EffectiveKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Fills the cache of verdicts: asks the shared rule for each pair of documents that is missing.
final class Judgements {
  private Judgements() {}

  /// Sees to it that every verdict is there that an answer over `ids` needs, or over the whole
  /// fleet when they are null.
  static void complete(
      Handle handle,
      OrganizationId organization,
      Map<EffectiveKey, Effective> kinds,
      @Nullable List<UUID> ids) {
    List<Pair> missing =
        ActualStore.missingPairs(handle, organization, Verdicts.RULE_VERSION, kinds, ids);
    if (!missing.isEmpty()) {
      judge(handle, organization, kinds, missing);
    }
  }

  private static void judge(
      Handle handle,
      OrganizationId organization,
      Map<EffectiveKey, Effective> kinds,
      List<Pair> pairs) {
    Map<String, Json.Obj> wanted = new HashMap<>();
    kinds.values().forEach(kind -> wanted.put(kind.hash(), kind.settings()));
    Map<String, Json.Obj> observed =
        ReportStore.observations(
            handle,
            organization,
            pairs.stream().map(Pair::observationHash).collect(Collectors.toSet()));
    for (Pair pair : pairs) {
      Json.Obj desired = wanted.get(pair.desiredHash());
      Json.Obj observation = observed.get(pair.observationHash());
      if (desired == null || observation == null) {
        throw new IllegalStateException("a document of " + pair + " is missing");
      }
      List<Drift> drift = Verdicts.drift(desired, Report.observed(observation));
      ReportStore.keepVerdict(
          handle, organization, pair, Verdicts.RULE_VERSION, wire(drift), drift.isEmpty());
    }
  }

  /// `[{setting, desired, actual}]`; `actual` is null where the device did not say, and secrets are
  /// masked.
  private static Json wire(List<Drift> drift) {
    return new Json.Arr(
        drift.stream()
            .map(row -> {
              Map<String, Json> fields = new TreeMap<>();
              fields.put("setting", Json.of(row.setting()));
              fields.put("desired", masked(row.setting(), row.desired()));
              fields.put(
                  "actual",
                  row.actual() == null ? Json.NULL : masked(row.setting(), row.actual().toWire()));
              return (Json) new Json.Obj(fields);
            })
            .toList());
  }

  private static Json masked(String setting, Json value) {
    Json masked = Payloads.masked(new Json.Obj(Map.of(setting, value))).fields().get(setting);
    return masked == null ? Json.NULL : masked;
  }
}
