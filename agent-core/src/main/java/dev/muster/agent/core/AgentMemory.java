package dev.muster.agent.core;

import java.io.IOException;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// The state of an agent, held once for all its threads and written through to the store. Each
/// change is made to the present state, so that no thread brings back what another one let go.
final class AgentMemory {
  private final AgentStore store;
  private @Nullable AgentState state;
  private boolean erased;

  AgentMemory(AgentStore store) {
    this.store = store;
  }

  synchronized AgentState state() throws IOException {
    AgentState present = state;
    if (present == null) {
      present = store.load();
      state = present;
    }
    return present;
  }

  /// @return the state after the change, which is in the store
  synchronized AgentState change(UnaryOperator<AgentState> change) throws IOException {
    AgentState before = state();
    AgentState after = change.apply(before);
    if (!after.equals(before)) {
      store.save(after);
      state = after;
    }
    return after;
  }

  /// Takes the secret that the server handed out to this device, if there is one and the agent is
  /// still that device.
  ///
  /// @return whether it is another one than before
  synchronized boolean takeCommandSecret(String deviceId, @Nullable String secret)
      throws IOException {
    AgentState before = state();
    if (secret == null || !deviceId.equals(before.deviceId())) {
      return false;
    }
    return !change(state -> state.withCommandSecret(secret)).equals(before);
  }

  /// Forgets who the device is, if it is still this one. It may not enroll again before the agent
  /// is started again.
  synchronized void erase(String deviceId) throws IOException {
    erased = true;
    change(state -> deviceId.equals(state.deviceId()) ? state.erased() : state);
  }

  synchronized boolean isErased() {
    return erased;
  }

  /// The agent is started (again).
  synchronized void begin() {
    erased = false;
  }
}
