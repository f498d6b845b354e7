package dev.muster.agent;

import dev.muster.agent.core.AgentState;
import dev.muster.agent.core.JsonText;
import dev.muster.protocol.Json;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An agent's state as one line of JSON.
final class StateText {
  private StateText() {}

  static String write(AgentState state) {
    Map<String, Json> fields = new HashMap<>();
    fields.put("hardwareId", Json.of(state.hardwareId()));
    fields.put("sequenceLimit", Json.of(state.sequenceLimit()));
    if (state.deviceId() != null) {
      fields.put("deviceId", Json.of(state.deviceId()));
    }
    if (state.deviceToken() != null) {
      fields.put("deviceToken", Json.of(state.deviceToken()));
    }
    if (state.commandSecret() != null) {
      fields.put("commandSecret", Json.of(state.commandSecret()));
    }
    return Json.obj(fields).canonical();
  }

  /// @throws IOException when the text is not a state
  static AgentState read(String text) throws IOException {
    Json.Obj state = JsonText.readObject(text);
    String hardwareId = text(state, "hardwareId");
    if (hardwareId == null || !(state.fields().get("sequenceLimit") instanceof Json.Num limit)) {
      throw new IOException("not an agent's state");
    }
    return new AgentState(
        hardwareId,
        text(state, "deviceId"),
        text(state, "deviceToken"),
        limit.value().longValue(),
        text(state, "commandSecret"));
  }

  private static @Nullable String text(Json.Obj state, String key) {
    return state.fields().get(key) instanceof Json.Text text ? text.value() : null;
  }
}
