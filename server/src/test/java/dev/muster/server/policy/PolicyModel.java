package dev.muster.server.policy;

import dev.muster.protocol.Json;
import dev.muster.protocol.Payloads;
import dev.muster.protocol.Platform;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the policy room must do, without a thought for cost: every device is looked at after every
/// step, and its version counts the steps that concerned it.
final class PolicyModel {
  static final class ModelPolicy {
    final int priority;
    final int order;
    final List<Json.Obj> versions = new ArrayList<>();
    int current = -1;
    int activations;

    ModelPolicy(int priority, int order) {
      this.priority = priority;
      this.order = order;
    }

    Json.Obj payload() {
      return versions.get(current);
    }
  }

  static final class ModelDevice {
    final Platform platform;
    final Set<String> direct = new HashSet<>();
    final Set<String> groups = new HashSet<>();
    Json.@Nullable Obj override;
    int overridden;
    long version = 1;

    ModelDevice(Platform platform) {
      this.platform = platform;
    }
  }

  static final String DEFAULTS = "defaults";

  final Map<String, ModelPolicy> policies = new HashMap<>();
  final Map<String, ModelDevice> devices = new HashMap<>();
  final Map<String, Set<String>> groups = new HashMap<>();

  PolicyModel() {
    policies.put(DEFAULTS, new ModelPolicy(-1, 0));
    publish(DEFAULTS, new Json.Obj(PolicyTenant.camera(true)));
  }

  /// What can make a device's version rise: which policies apply, how often each was activated, and
  /// how often the device was overridden.
  private record Concern(Map<String, Integer> activations, int overridden) {}

  private Concern concern(ModelDevice device) {
    Map<String, Integer> activations = new HashMap<>();
    for (String policy : applying(device)) {
      activations.put(policy, policy(policy).activations);
    }
    return new Concern(activations, device.overridden);
  }

  Set<String> applying(ModelDevice device) {
    Set<String> applying = new HashSet<>(device.direct);
    applying.add(DEFAULTS);
    device.groups.forEach(group -> applying.addAll(groups.getOrDefault(group, Set.of())));
    return applying;
  }

  Json.Obj effective(ModelDevice device) {
    List<Json.Obj> weakestFirst =
        applying(device).stream()
            .map(this::policy)
            .sorted(
                Comparator.comparingInt((ModelPolicy policy) -> policy.priority)
                    .thenComparingInt(policy -> policy.order))
            .map(ModelPolicy::payload)
            .toList();
    Json.Obj merged = Payloads.merge(weakestFirst);
    Json.Obj override = device.override;
    return Payloads.forPlatform(
        override == null ? merged : Payloads.override(merged, override), device.platform);
  }

  /// Makes a step. Every device that it concerns rises by one, whatever the step was.
  void step(Runnable step) {
    Map<ModelDevice, Concern> before = new HashMap<>();
    devices.values().forEach(device -> before.put(device, concern(device)));
    step.run();
    before.forEach((device, concern) -> {
      if (!concern.equals(concern(device))) {
        device.version++;
      }
    });
  }

  void publish(String name, Json.Obj payload) {
    ModelPolicy policy = policy(name);
    policy.versions.add(payload);
    policy.current = policy.versions.size() - 1;
    policy.activations++;
  }

  /// False when the version is current already.
  boolean rollBack(String name, int number) {
    ModelPolicy policy = policy(name);
    if (policy.current == number - 1) {
      return false;
    }
    policy.current = number - 1;
    policy.activations++;
    return true;
  }

  ModelPolicy policy(String name) {
    ModelPolicy policy = policies.get(name);
    if (policy == null) {
      throw new IllegalStateException(name);
    }
    return policy;
  }

  ModelDevice device(String name) {
    ModelDevice device = devices.get(name);
    if (device == null) {
      throw new IllegalStateException(name);
    }
    return device;
  }

  Set<String> group(String name) {
    return groups.computeIfAbsent(name, _ -> new HashSet<>());
  }
}
