package dev.muster.server.compliance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.ComplianceState;
import dev.muster.protocol.Drift;
import dev.muster.protocol.Json;
import dev.muster.protocol.Observed;
import dev.muster.protocol.Platform;
import dev.muster.protocol.Verdicts;
import dev.muster.server.policy.DesiredPolicy;
import dev.muster.server.policy.PolicyTenant;
import dev.muster.server.policy.PolicyWorld;
import dev.muster.server.testing.Race;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/// SQL's answers for random fleets against the shared rule, asked in Java for each device.
/// `-Dmuster.test.seed=…` repeats one.
@TestInstance(Lifecycle.PER_CLASS)
class FleetComplianceTest {
  private static final int FLEETS = 25;
  private static final int DEVICES = 12;

  private final PolicyWorld world = PolicyWorld.open();

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void whatSqlSaysOfAFleetIsWhatTheSharedRuleSaysOfEachDevice() {
    Long repeated = Long.getLong("muster.test.seed");
    if (repeated != null) {
      new Fleet(repeated).check();
      return;
    }
    long first = ThreadLocalRandom.current().nextLong(1_000_000_000);
    for (int i = 0; i < FLEETS; i++) {
      new Fleet(first + i).check();
    }
  }

  @Test
  void manyWhoAskForVerdictsThatNobodyHasAskedForAllGetTheSameAnswer() {
    PolicyTenant tenant = world.tenant();
    for (int round = 0; round < 5; round++) {
      for (int i = 0; i < 8; i++) {
        tenant.report(tenant.device(), 1, PolicyTenant.password(round * 8 + i));
      }
      List<Map<ComplianceState, Long>> answers =
          Race.times(16, _ -> world.compliance().counts(tenant.admin()));
      assertThat(answers).containsOnly(answers.getFirst());
      assertThat(answers.getFirst()).containsEntry(ComplianceState.NON_COMPLIANT, (round + 1) * 8L);
    }
  }

  /// What a device said last.
  private record Said(long version, Json.Obj observation) {}

  private final class Fleet {
    private final long seed;
    private final Random random;
    private final PolicyTenant tenant = world.tenant();
    private final List<String> devices = new ArrayList<>();
    private final Map<String, Said> said = new HashMap<>();

    Fleet(long seed) {
      this.seed = seed;
      this.random = new Random(seed);
    }

    void check() {
      List<String> groups = List.of(tenant.group(), tenant.group());
      List<String> policies = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        policies.add(tenant.published(i, payload()));
      }
      tenant.assignToGroup(groups.getFirst(), policies.getFirst());
      for (int i = 0; i < DEVICES; i++) {
        Platform platform = any(List.of(Platform.values()));
        devices.add(
            tenant.device(
                platform, random.nextBoolean() ? new String[0] : new String[] {any(groups)}));
      }
      for (int i = 0; i < 3 * DEVICES; i++) {
        String device = any(devices);
        switch (random.nextInt(8)) {
          case 0 -> tenant.assign(device, any(policies));
          case 1 -> tenant.override(device, override());
          case 2 -> tenant.publish(random.nextInt(3) == 0 ? "defaults" : any(policies), payload());
          case 3 -> tenant.assignToGroup(any(groups), any(policies));
          case 4 -> tenant.leave(any(groups), device);
          default -> report(device);
        }
        if (i % DEVICES == 0) {
          compare();
        }
      }
      compare();
    }

    private Map<String, Json> payload() {
      Map<String, Json> payload = new TreeMap<>();
      payload.put("cameraDisabled", Json.of(random.nextBoolean()));
      if (random.nextBoolean()) {
        payload.put("passwordMinLength", Json.of(random.nextInt(3)));
      }
      if (random.nextInt(3) == 0) {
        payload.put("usbFileTransferDisabled", Json.of(true));
      }
      return payload;
    }

    private Map<String, Json> override() {
      return Map.of("cameraDisabled", Json.of(random.nextBoolean()));
    }

    /// Of the desired version, one behind or one ahead; obedient, or with a setting that is
    /// missing, unsupported, failed or different.
    private void report(String device) {
      DesiredPolicy desired = tenant.pull(device);
      Map<String, Json> observed = new TreeMap<>(desired.settings().fields());
      for (String key : List.copyOf(observed.keySet())) {
        switch (random.nextInt(10)) {
          case 0 -> observed.put(key, new Observed.Unsupported().toWire());
          case 1 -> observed.put(key, new Observed.Failed("no").toWire());
          case 2 -> observed.put(key, Json.of(1));
          case 3 -> observed.remove(key);
          default -> {}
        }
      }
      // What a report does not name, the camera's own field says: false.
      observed.putIfAbsent("cameraDisabled", Json.of(false));
      long version = Math.max(0, desired.version() + any(List.of(0, 0, 0, -1, 1)));
      tenant.report(device, version, observed);
      said.put(device, new Said(version, new Json.Obj(observed)));
    }

    private void compare() {
      Map<ComplianceState, Long> counts = new EnumMap<>(ComplianceState.class);
      Map<ComplianceState, List<String>> members = new EnumMap<>(ComplianceState.class);
      for (ComplianceState state : ComplianceState.values()) {
        counts.put(state, 0L);
        members.put(state, new ArrayList<>());
      }
      for (String device : devices.stream().sorted().toList()) {
        DesiredPolicy desired = tenant.pull(device);
        Said report = said.get(device);
        List<Drift> drift =
            report == null
                ? List.of()
                : Verdicts.drift(desired.settings(), Report.observed(report.observation()));
        ComplianceState state =
            Verdicts.state(
                desired.version(), report == null ? null : report.version(), drift.isEmpty());
        counts.merge(state, 1L, Long::sum);
        members.computeIfAbsent(state, _ -> new ArrayList<>()).add(device);
        DeviceCompliance status = tenant.status(device);
        assertThat(status.state()).describedAs("%s of seed %d", device, seed).isEqualTo(state);
        assertThat(status.desiredVersion()).isEqualTo(desired.version());
        assertThat(status.desired()).isEqualTo(desired.settings());
        assertThat(settings(status.drift()))
            .isEqualTo(
                state == ComplianceState.NON_COMPLIANT
                    ? drift.stream().map(Drift::setting).toList()
                    : List.of());
      }
      assertThat(world.compliance().counts(tenant.admin()))
          .describedAs("seed %d", seed)
          .isEqualTo(counts);
      assertThat(paged(null)).isEqualTo(devices.stream().sorted().toList());
      members.forEach((state, expected) ->
          assertThat(paged(state)).describedAs("%s of seed %d", state, seed).isEqualTo(expected));
    }

    /// All pages, by their cursors.
    private List<String> paged(@Nullable ComplianceState state) {
      List<String> all = new ArrayList<>();
      UUID after = null;
      List<DeviceCompliance> page;
      do {
        page = world.compliance().page(tenant.admin(), state, after, 5);
        page.forEach(row -> all.add(row.deviceId().toString()));
        after = page.isEmpty() ? null : page.getLast().deviceId();
      } while (page.size() == 5);
      return all;
    }

    private List<String> settings(Json drift) {
      return drift instanceof Json.Arr rows
          ? rows.items().stream()
              .map(row -> ((Json.Obj) row).fields().get("setting"))
              .map(setting -> ((Json.Text) setting).value())
              .toList()
          : List.of();
    }

    private <T> T any(List<T> some) {
      return some.get(random.nextInt(some.size()));
    }
  }
}
