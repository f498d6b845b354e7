package dev.muster.server.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.Json;
import dev.muster.protocol.Platform;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/// Random histories against [PolicyModel]. `-Dmuster.test.seed=…` repeats one, `-Dtest.histories=…`
/// says how many.
@TestInstance(Lifecycle.PER_CLASS)
class PolicyModelTest {
  private static final int HISTORIES = Integer.getInteger("test.histories", 50);
  private static final int STEPS = 40;
  private static final int MOST_DEVICES = 5;
  private static final int MOST_POLICIES = 4;

  private final PolicyWorld world = PolicyWorld.open();

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void afterEachStepEveryDeviceIsWhereTheModelIs() {
    Long repeated = Long.getLong("muster.test.seed");
    if (repeated != null) {
      new History(repeated).play();
      return;
    }
    long first = ThreadLocalRandom.current().nextLong(1_000_000_000);
    for (int i = 0; i < HISTORIES; i++) {
      new History(first + i).play();
    }
  }

  /// One organization's random history.
  private final class History {
    private final long seed;
    private final Random random;
    private final PolicyTenant tenant = world.tenant();
    private final PolicyModel model = new PolicyModel();
    private final List<String> devices = new ArrayList<>();
    private final List<String> groups = new ArrayList<>();
    private final List<String> policies = new ArrayList<>();
    private final List<String> told = new ArrayList<>();

    History(long seed) {
      this.seed = seed;
      this.random = new Random(seed);
    }

    void play() {
      groups.add(tenant.group());
      groups.add(tenant.group());
      addPolicy();
      addDevice();
      for (int i = 0; i < STEPS; i++) {
        step();
        compare();
      }
    }

    private void step() {
      String device = any(devices);
      String group = any(groups);
      String policy = any(policies);
      switch (random.nextInt(13)) {
        case 0 -> {
          if (devices.size() < MOST_DEVICES) {
            addDevice();
          }
        }
        case 1 -> {
          if (policies.size() < MOST_POLICIES) {
            addPolicy();
          }
        }
        case 2, 3 -> publish(policy);
        case 4 -> publish(PolicyModel.DEFAULTS);
        case 5 -> rollBack(random.nextInt(4) == 0 ? PolicyModel.DEFAULTS : policy);
        case 6 -> assign(device, policy);
        case 7 -> unassign(device, policy);
        case 8 -> assignToGroup(group, policy);
        case 9 -> unassignFromGroup(group, policy);
        case 10 -> joinOrLeave(device, group);
        case 11 -> override(device);
        default -> clear(device);
      }
    }

    private void addDevice() {
      Platform platform = any(List.of(Platform.values()));
      String[] joined = groups.stream().filter(_ -> random.nextInt(3) == 0).toArray(String[]::new);
      String device = tenant.device(platform, joined);
      PolicyModel.ModelDevice modelled = new PolicyModel.ModelDevice(platform);
      modelled.groups.addAll(List.of(joined));
      model.devices.put(device, modelled);
      devices.add(device);
      tell("device", device);
    }

    private void addPolicy() {
      int priority = random.nextInt(3);
      String policy = tenant.policy(priority);
      model.policies.put(policy, new PolicyModel.ModelPolicy(priority, model.policies.size()));
      policies.add(policy);
      publish(policy);
    }

    private void publish(String policy) {
      Map<String, Json> payload = payload();
      tell("publish", policy, payload);
      tenant.publish(policy, payload);
      model.step(() -> model.publish(policy, new Json.Obj(payload)));
    }

    private void rollBack(String policy) {
      int number = 1 + random.nextInt(model.policy(policy).versions.size());
      tell("roll back", policy, number);
      boolean done =
          accepted(
              ErrorCode.ALREADY_CURRENT,
              () -> world.policies().rollBack(tenant.admin(), policy, String.valueOf(number)));
      model.step(() -> assertThat(model.rollBack(policy, number)).isEqualTo(done));
    }

    private void assign(String device, String policy) {
      tell("assign", device, policy);
      tenant.assign(device, policy);
      model.step(() -> model.device(device).direct.add(policy));
    }

    private void unassign(String device, String policy) {
      tell("unassign", device, policy);
      boolean done = accepted(ErrorCode.NOT_FOUND, () -> tenant.unassign(device, policy));
      model.step(() -> assertThat(model.device(device).direct.remove(policy)).isEqualTo(done));
    }

    private void assignToGroup(String group, String policy) {
      tell("assign to group", group, policy);
      tenant.assignToGroup(group, policy);
      model.step(() -> model.group(group).add(policy));
    }

    private void unassignFromGroup(String group, String policy) {
      tell("unassign from group", group, policy);
      boolean done = accepted(ErrorCode.NOT_FOUND, () -> tenant.unassignFromGroup(group, policy));
      model.step(() -> assertThat(model.group(group).remove(policy)).isEqualTo(done));
    }

    private void joinOrLeave(String device, String group) {
      boolean join = random.nextInt(3) > 0;
      tell(join ? "join" : "leave", group, device);
      if (join) {
        tenant.join(group, device);
        model.step(() -> model.device(device).groups.add(group));
      } else {
        tenant.leave(group, device);
        model.step(() -> model.device(device).groups.remove(group));
      }
    }

    private void override(String device) {
      Map<String, Json> payload = new TreeMap<>(payload());
      payload.putIfAbsent("cameraDisabled", Json.of(random.nextBoolean()));
      tell("override", device, payload);
      tenant.override(device, payload);
      model.step(() -> {
        model.device(device).override = new Json.Obj(payload);
        model.device(device).overridden++;
      });
    }

    private void clear(String device) {
      tell("clear", device);
      world.desired().clearOverride(tenant.admin(), device);
      model.step(() -> {
        model.device(device).override = null;
        model.device(device).overridden++;
      });
    }

    private boolean accepted(ErrorCode otherwise, Runnable step) {
      try {
        step.run();
        return true;
      } catch (Refusal refusal) {
        assertThat(refusal.code()).isEqualTo(otherwise);
        return false;
      }
    }

    private Map<String, Json> payload() {
      Map<String, Json> payload = new TreeMap<>();
      if (random.nextBoolean()) {
        payload.put("cameraDisabled", Json.of(random.nextBoolean()));
      }
      if (random.nextBoolean()) {
        payload.put("passwordMinLength", Json.of(random.nextInt(64)));
      }
      if (random.nextInt(3) == 0) {
        payload.put("usbFileTransferDisabled", Json.of(random.nextBoolean()));
      }
      if (random.nextInt(3) == 0) {
        payload.put(
            "appsRequired", Json.texts(List.of(random.nextBoolean() ? "a.a" : "b.b", "c.c")));
      }
      return payload;
    }

    private void compare() {
      for (String device : devices) {
        PolicyModel.ModelDevice modelled = model.device(device);
        DesiredPolicy desired = tenant.pull(device);
        assertThat(desired)
            .describedAs("%s, seed %d, after %s", device, seed, told)
            .isEqualTo(new DesiredPolicy(modelled.version, model.effective(modelled), Map.of()));
      }
    }

    private <T> T any(List<T> some) {
      return some.get(random.nextInt(some.size()));
    }

    private void tell(Object... words) {
      told.add(List.of(words).toString());
    }
  }
}
