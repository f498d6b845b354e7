package dev.muster.protocol;

import java.util.Collections;
import java.util.Map;

/// What a device says about one setting: what it really is, that it does not know the setting, or
/// that it could not do it.
///
/// On the wire a value is written as it is, the others as `{"unsupported": true}` and `{"failed":
/// "<reason>"}`. A value of exactly these shapes would be read as the other thing, so no payload
/// may ask for one ([Payloads#problems]).
public sealed interface Observed {

  /// The value that the device really has.
  record Value(Json value) implements Observed {}

  /// The device does not have this setting.
  record Unsupported() implements Observed {}

  /// The device tried and could not.
  ///
  /// @param reason a sentence for the operator
  record Failed(String reason) implements Observed {}

  static Observed fromWire(Json wire) {
    if (wire instanceof Json.Obj obj && obj.fields().size() == 1) {
      if (Json.of(true).equals(obj.fields().get("unsupported"))) {
        return new Unsupported();
      }
      if (obj.fields().get("failed") instanceof Json.Text reason) {
        return new Failed(reason.value());
      }
    }
    return new Value(wire);
  }

  default Json toWire() {
    if (this instanceof Value observed) {
      return observed.value();
    }
    Map<String, Json> marker =
        this instanceof Failed failed
            ? Collections.singletonMap("failed", Json.of(failed.reason()))
            : Collections.singletonMap("unsupported", Json.of(true));
    return new Json.Obj(marker);
  }
}
