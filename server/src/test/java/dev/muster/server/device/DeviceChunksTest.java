package dev.muster.server.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.protocol.Platform;
import dev.muster.server.audit.Audit;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Role;
import dev.muster.server.testing.Audits;
import dev.muster.server.testing.MutableClock;
import dev.muster.server.testing.Tenants;
import dev.muster.server.testing.TestDatabase;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Walks over all devices that match, chunk by chunk.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // set before each test
class DeviceChunksTest {
  private static final List<String> GROUPS = List.of("red", "green", "blue");

  private final TestDatabase postgres = TestDatabase.create();
  private final Database database = postgres.database();
  private final MutableClock clock = new MutableClock();
  private final Audit audit = Audits.on(clock);
  private final Groups groups = new Groups(database, clock, List.of(), audit);
  private final Devices devices = new Devices(database, clock, groups, audit, List.of());
  private final DeviceLists lists = new DeviceLists(database, groups);
  private final Map<String, GroupId> ids = new HashMap<>();
  private OrganizationId organization;
  private Caller operator;

  @BeforeEach
  void makeOrganization() {
    organization = Tenants.fresh(database);
    operator = Tenants.person(organization, Role.OPERATOR);
    GROUPS.forEach(name -> ids.put(name, groups.create(operator, name).id()));
  }

  @AfterAll
  void close() {
    postgres.close();
  }

  /// Any filter and any groups, in chunks of any size, against the same question asked of all
  /// devices in Java.
  @Test
  void chunksOfAnyWalkTogetherAreWhatMatchesEachOnceByIds() {
    long seed =
        Long.getLong("muster.test.seed", ThreadLocalRandom.current().nextLong(1_000_000_000));
    Random random = new Random(seed);
    Map<Device, Set<String>> fleet = new HashMap<>();
    for (int i = 0; i < 60; i++) {
      Set<String> joined = some(random);
      fleet.put(
          devices.register(
              operator,
              NewDevice.named((random.nextBoolean() ? "Till " : "tablet ") + i)
                  .withHandle((random.nextBoolean() ? "Till-" : "h-") + i)
                  .on(random.nextBoolean() ? Platform.LINUX : Platform.IOS)
                  .tagged(random.nextBoolean() ? List.of("front") : List.of("back"))
                  .in(List.copyOf(joined))),
          joined);
    }
    for (int round = 0; round < 60; round++) {
      DeviceFilter filter = DeviceFilter.ALL;
      Predicate<Device> matches = _ -> true;
      if (random.nextBoolean()) {
        filter = filter.having("tag", "front");
        matches = matches.and(device -> device.tags().contains("front"));
      }
      if (random.nextBoolean()) {
        filter = filter.having("platform", "IOS");
        matches = matches.and(device -> device.platform() == Platform.IOS);
      }
      if (random.nextBoolean()) {
        filter = filter.searching("tILl");
        matches = matches.and(device -> begins(device.name()) || begins(device.handle()));
      }
      if (random.nextInt(3) == 0) {
        filter = filter.in("red");
        matches = matches.and(device -> in(fleet, device).contains("red"));
      }
      Set<String> anyOf = some(random);
      if (!anyOf.isEmpty()) {
        matches = matches.and(device -> in(fleet, device).stream().anyMatch(anyOf::contains));
      }
      List<DeviceId> expected =
          fleet.keySet().stream()
              .filter(matches)
              .map(Device::id)
              .sorted(Comparator.comparing(DeviceId::toString))
              .toList();

      assertThat(walked(filter, anyOf, 1 + random.nextInt(9)))
          .as("%s in any of %s, seed %d", filter, anyOf, seed)
          .isEqualTo(expected);
    }
  }

  @Test
  void aWalkGoesOnBehindADeviceThatIsGone() {
    for (int i = 0; i < 4; i++) {
      devices.register(operator, NewDevice.named("d").withHandle("d" + i));
    }
    DeviceId second = chunk(DeviceFilter.ALL, Set.of(), null, 2).ids().getLast();
    new DeviceErasure(database, audit, List.of(), List.of())
        .erase(Tenants.person(organization, Role.ADMIN), second.toString());

    assertThat(chunk(DeviceFilter.ALL, Set.of(), second, 9).ids()).hasSize(2);
  }

  @Test
  void aWalkSeesItsOrganizationOnlyAndKnowsItsGroup() {
    devices.register(operator, NewDevice.named("ours"));
    Caller stranger = Tenants.person(Tenants.fresh(database), Role.OPERATOR);
    devices.register(stranger, NewDevice.named("theirs"));

    assertThat(walked(DeviceFilter.ALL, Set.of(), 5)).hasSize(1);
    assertThatThrownBy(() -> walked(DeviceFilter.ALL.in("nowhere"), Set.of(), 5))
        .hasMessageStartingWith("group: ");
  }

  private List<DeviceId> walked(DeviceFilter filter, Set<String> anyOf, int limit) {
    List<DeviceId> seen = new ArrayList<>();
    DeviceId after = null;
    do {
      DeviceLists.Chunk chunk = chunk(filter, anyOf, after, limit);
      assertThat(chunk.ids().size()).isLessThanOrEqualTo(limit);
      seen.addAll(chunk.ids());
      after = chunk.next();
    } while (after != null);
    return seen;
  }

  private DeviceLists.Chunk chunk(
      DeviceFilter filter, Set<String> anyOf, @Nullable DeviceId after, int limit) {
    return database.in(
        organization,
        handle ->
            lists.idsAfter(
                handle, organization, filter, anyOf.stream().map(ids::get).toList(), after, limit));
  }

  private static Set<String> in(Map<Device, Set<String>> fleet, Device device) {
    return fleet.getOrDefault(device, Set.of());
  }

  private static boolean begins(String text) {
    return text.toLowerCase(Locale.ROOT).startsWith("till");
  }

  private static Set<String> some(Random random) {
    Set<String> some = new HashSet<>();
    GROUPS.stream().filter(_ -> random.nextInt(3) == 0).forEach(some::add);
    return some;
  }
}
