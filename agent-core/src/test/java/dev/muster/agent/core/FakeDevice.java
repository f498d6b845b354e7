package dev.muster.agent.core;

import dev.muster.protocol.Json;
import dev.muster.protocol.Observed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// A device with a state of its own, which may refuse settings, and whose store survives the agent.
final class FakeDevice implements PolicyEnforcer, AgentStore {
  final Map<String, Json> actual = new HashMap<>();
  final Map<String, String> refusals = new HashMap<>();
  final List<Json.Obj> enforced = new ArrayList<>();
  final List<AgentState> saved = new ArrayList<>(List.of(AgentState.of("hardware-1")));

  /// Settings that it says it has done and has not.
  final Set<String> ignored = new HashSet<>();

  boolean broken;
  boolean unreadable;

  @Override
  public Map<String, String> enforce(Json.Obj desired) {
    enforced.add(desired);
    if (broken) {
      throw new IllegalStateException("the device is out of order");
    }
    Map<String, String> failures = new HashMap<>(refusals);
    failures.keySet().retainAll(desired.fields().keySet());
    desired
        .fields()
        .forEach((key, value) -> {
          if (!refusals.containsKey(key) && !ignored.contains(key) && actual.containsKey(key)) {
            actual.put(key, value);
          }
        });
    return failures;
  }

  @Override
  public Map<String, Observed> observe() {
    if (unreadable) {
      throw new IllegalStateException("the device cannot be read");
    }
    Map<String, Observed> observed = new TreeMap<>();
    actual.forEach((key, value) -> observed.put(key, new Observed.Value(value)));
    return observed;
  }

  @Override
  public AgentState load() {
    return saved.get(saved.size() - 1);
  }

  @Override
  public void save(AgentState state) {
    saved.add(state);
  }
}
