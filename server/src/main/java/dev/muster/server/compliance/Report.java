package dev.muster.server.compliance;

import dev.muster.protocol.Json;
import dev.muster.protocol.Observed;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a device says of itself.
///
/// @param version the policy version that it has applied
/// @param compliant its own opinion: stored, and not used for anything
/// @param settings per setting what it observes; settings that are not named were not observed
/// @param sequence grows with each report of the device; an older one is ignored
public record Report(
    long version,
    boolean cameraDisabled,
    boolean compliant,
    Json.Obj settings,
    @Nullable Long sequence) {

  /// Everything observed, as one document: the settings, and `cameraDisabled` where they do not
  /// name it.
  Json.Obj observation() {
    Map<String, Json> fields = new TreeMap<>(settings.fields());
    fields.putIfAbsent("cameraDisabled", Json.of(cameraDisabled));
    return new Json.Obj(fields);
  }

  static Map<String, Observed> observed(Json.Obj observation) {
    Map<String, Observed> observed = new TreeMap<>();
    observation.fields().forEach((key, value) -> observed.put(key, Observed.fromWire(value)));
    return observed;
  }
}
