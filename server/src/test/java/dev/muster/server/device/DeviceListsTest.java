package dev.muster.server.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.protocol.Json;
import dev.muster.protocol.Platform;
import dev.muster.server.audit.Audit;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Role;
import dev.muster.server.testing.Audits;
import dev.muster.server.testing.MutableClock;
import dev.muster.server.testing.Tenants;
import dev.muster.server.testing.TestDatabase;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // set before each test
class DeviceListsTest {
  /// Empty for none.
  private static final List<String> ORDERINGS =
      List.of("", "name", "-name", "device_id", "-device_id", "-created_at");

  private final TestDatabase postgres = TestDatabase.create();
  private final Database database = postgres.database();
  private final MutableClock clock = new MutableClock();
  private final Audit audit = Audits.on(clock);
  private final Groups groups = new Groups(database, clock, List.of(), Audits.on(clock));
  private final Devices devices = new Devices(database, clock, groups, audit, List.of());
  private final Lifecycles lifecycles =
      new Lifecycles(database, clock, devices, groups, audit, List.of());
  private final DeviceLists lists = new DeviceLists(database, groups);
  private Caller operator;

  @BeforeEach
  void makeOrganization() {
    operator = Tenants.person(Tenants.fresh(database), Role.OPERATOR);
  }

  @AfterAll
  void close() {
    postgres.close();
  }

  @Test
  void eachOrderGoesBothWays() {
    register("b", "Zebra");
    register("C", "apple");
    register("a", "Ärger");

    assertThat(all(DeviceFilter.ALL, "")).containsExactly("b", "C", "a");
    assertThat(all(DeviceFilter.ALL, "-created_at")).containsExactly("a", "C", "b");
    assertThat(all(DeviceFilter.ALL, "name")).containsExactly("C", "b", "a");
    assertThat(all(DeviceFilter.ALL, "-name")).containsExactly("a", "b", "C");
    assertThat(all(DeviceFilter.ALL, "device_id")).containsExactly("a", "b", "C");
    assertThat(all(DeviceFilter.ALL, "-device_id")).containsExactly("C", "b", "a");
    assertThatThrownBy(() -> DeviceOrder.parse("status")).hasMessageContaining("created_at");
  }

  @Test
  void aSearchFindsNamesAndThenIdsInAnyCase() {
    register("x1", "Ärzte Nord");
    register("ärmel".replace("ä", "a"), "other");
    register("arm-2", "ARM 2");
    register("x4", "50% off_er");

    assertThat(all(DeviceFilter.ALL.searching("äRz"), "")).containsExactly("x1");
    assertThat(all(DeviceFilter.ALL.searching("AR"), "")).containsExactly("arm-2", "armel");
    assertThat(all(DeviceFilter.ALL.searching("ar"), "-device_id"))
        .containsExactly("armel", "arm-2");
    assertThat(all(DeviceFilter.ALL.searching("50%"), "")).containsExactly("x4");
    assertThat(all(DeviceFilter.ALL.searching("%"), "")).isEmpty();
    assertThat(all(DeviceFilter.ALL.searching("50_"), "")).isEmpty();
    assertThatThrownBy(() -> all(DeviceFilter.ALL.searching("x".repeat(129)), ""))
        .hasMessageContaining("128 characters");
  }

  @Test
  void devicesThatComeWhileSomebodyTurnsPagesNeitherRepeatNorHideOthers() {
    for (int i = 0; i < 9; i += 2) {
      register("d" + i, "n" + i);
    }
    DeviceOrder order = DeviceOrder.parse("name");
    List<String> seen = new ArrayList<>();
    String cursor = null;
    int fresh = 1;
    do {
      DeviceLists.Listed page = list(DeviceFilter.ALL, order, cursor, 2);
      seen.addAll(handles(page));
      register("late" + fresh, "a" + fresh);
      register("d" + fresh, "n" + fresh);
      fresh += 2;
      cursor = page.next();
    } while (cursor != null);

    assertThat(seen).doesNotHaveDuplicates().contains("d0", "d2", "d4", "d6", "d8").isSorted();
  }

  @Test
  void aCursorSurvivesTheDeviceThatItNames() {
    for (int i = 0; i < 4; i++) {
      register("d" + i, "n" + i);
    }
    String cursor = list(DeviceFilter.ALL, null, null, 2).next();
    lifecycles.retire(operator, "d1");

    assertThat(handles(list(DeviceFilter.ALL, null, cursor, 5))).containsExactly("d2", "d3");
  }

  @Test
  void aCursorIsGoodForItsOwnListOnly() {
    groups.create(operator, "g");
    for (int i = 0; i < 3; i++) {
      register("d" + i, "n" + i);
    }
    String cursor = Objects.requireNonNull(list(DeviceFilter.ALL, null, null, 1).next());
    List<DeviceFilter> others =
        List.of(
            DeviceFilter.ALL.searching("n"),
            DeviceFilter.ALL.in("g"),
            DeviceFilter.ALL.at(Lifecycle.ACTIVE),
            DeviceFilter.ALL.having("tag", "x"));

    for (DeviceFilter other : others) {
      assertThatThrownBy(() -> list(other, null, cursor, 1)).hasMessageContaining("other filters");
    }
    assertThatThrownBy(() -> list(DeviceFilter.ALL, DeviceOrder.parse("name"), cursor, 1))
        .hasMessageContaining("other filters");
    for (String broken : List.of("x", "0123456789ab.a0.x.", cursor + "!", cursor.substring(1))) {
      assertThatThrownBy(() -> list(DeviceFilter.ALL, null, broken, 1))
          .hasMessageStartingWith("cursor: ");
    }
    assertThatThrownBy(
            () -> lists.list(operator, DeviceFilter.ALL, null, new DeviceLists.Place(cursor, 1), 1))
        .hasMessageContaining("together with cursor");
  }

  @Test
  void aCountIsExactWithoutAFilterAndForWhatIsRare() {
    for (int i = 0; i < 5; i++) {
      register("d" + i, "n");
    }
    lifecycles.retire(operator, "d0");
    lifecycles.deactivate(operator, "d1");

    assertThat(list(DeviceFilter.ALL, null, null, 1).count()).isEqualTo(4);
    assertThat(list(DeviceFilter.ALL.at(Lifecycle.ACTIVE), null, null, 1).count()).isEqualTo(3);
    assertThat(list(DeviceFilter.ALL.at(Lifecycle.DEACTIVATED), null, null, 1).count())
        .isEqualTo(1);
    assertThat(list(DeviceFilter.ALL.at(Lifecycle.RETIRED), null, null, 1).count()).isEqualTo(1);
    assertThat(list(DeviceFilter.ALL.searching("n"), null, null, 1).count()).isEqualTo(4);
  }

  @Test
  void whatADeviceIsFoundByFollowsIt() {
    groups.create(operator, "shop");
    devices.register(
        operator,
        NewDevice.named("till")
            .withHandle("t")
            .on(Platform.LINUX)
            .ofType("till", DeviceStatus.IDLE)
            .tagged(List.of("front"))
            .in(List.of("shop"))
            .with(new Device.Hardware("hw", "NUC", "12", "1.0")));

    for (DeviceFilter filter :
        List.of(
            DeviceFilter.ALL.in("shop"),
            DeviceFilter.ALL.having("platform", "LINUX"),
            DeviceFilter.ALL.having("type", "till"),
            DeviceFilter.ALL.having("tag", "front"),
            DeviceFilter.ALL.having("status", "IDLE"),
            DeviceFilter.ALL.having("model", "NUC"),
            DeviceFilter.ALL.having("os_version", "12"),
            DeviceFilter.ALL.having("agent_version", "1.0"))) {
      assertThat(all(filter, "name")).as("%s", filter).containsExactly("t");
    }
    devices.change(
        operator,
        "t",
        new Devices.Change("desk", List.of("back"), DeviceStatus.BUSY, attribute("site", "Bern")));
    groups.leave(operator, "shop", "t");

    assertThat(all(DeviceFilter.ALL.having("attribute.site", "Bern").searching("des"), ""))
        .containsExactly("t");
    assertThat(all(DeviceFilter.ALL.having("tag", "back").having("status", "BUSY"), ""))
        .containsExactly("t");
    assertThat(all(DeviceFilter.ALL.having("tag", "front"), "")).isEmpty();
    assertThat(all(DeviceFilter.ALL.having("status", "IDLE"), "")).isEmpty();
    assertThat(all(DeviceFilter.ALL.in("shop"), "")).isEmpty();
    assertThat(all(DeviceFilter.ALL.searching("til"), "")).isEmpty();
    assertThat(drifted()).isZero();
  }

  /// Any filter in any order, forwards and backwards in pages of any size, against the same
  /// question asked of all devices in Java.
  @Test
  void pagesOfAnyListTogetherAreTheList() {
    long seed =
        Long.getLong("muster.test.seed", ThreadLocalRandom.current().nextLong(1_000_000_000));
    Random random = new Random(seed);
    groups.create(operator, "g");
    List<Device> fleet = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      NewDevice device =
          NewDevice.named(any(random, "Till", "tablet", "Tür", "x") + " " + random.nextInt(4))
              .withHandle(any(random, "Till-", "tab-", "h-") + i)
              .on(any(random, Platform.LINUX, Platform.IOS))
              .tagged(random.nextBoolean() ? List.of("front") : List.of("back", "loud"))
              .withAttributes(attribute("site", any(random, "Bern", "Basel")))
              .in(random.nextInt(3) == 0 ? List.of("g") : List.of());
      fleet.add(devices.register(operator, device));
      if (random.nextInt(6) == 0) {
        lifecycles.retire(operator, fleet.getLast().handle());
      }
    }
    List<Device> now =
        fleet.stream()
            .map(device -> devices.read(operator, device.id().toString()).device())
            .toList();
    for (int round = 0; round < 60; round++) {
      DeviceFilter filter = DeviceFilter.ALL;
      Predicate<Device> matches = device -> device.lifecycle() != Lifecycle.RETIRED;
      if (random.nextInt(4) == 0) {
        filter = filter.at(Lifecycle.RETIRED);
        matches = device -> device.lifecycle() == Lifecycle.RETIRED;
      }
      if (random.nextBoolean()) {
        String tag = any(random, "front", "loud", "none");
        filter = filter.having("tag", tag);
        matches = matches.and(device -> device.tags().contains(tag));
      }
      if (random.nextBoolean()) {
        filter = filter.having("platform", "IOS");
        matches = matches.and(device -> device.platform() == Platform.IOS);
      }
      if (random.nextBoolean()) {
        filter = filter.having("attribute.site", "Bern");
        matches =
            matches.and(device -> Json.of("Bern").equals(device.attributes().fields().get("site")));
      }
      String search = random.nextBoolean() ? null : any(random, "t", "TILL", "tab-1", "tü", "zz");
      if (search != null) {
        filter = filter.searching(search);
        matches = matches.and(named(search).or(handled(search)));
      }
      String ordering = ORDERINGS.get(random.nextInt(ORDERINGS.size()));
      List<String> expected =
          now.stream().filter(matches).sorted(order(ordering, search)).map(Device::handle).toList();
      int size = 1 + random.nextInt(7);

      assertThat(forwards(filter, ordering, size))
          .as("%s by %s, seed %d", filter, ordering, seed)
          .isEqualTo(expected);
      assertThat(backwards(filter, ordering, size))
          .as("backwards: %s by %s, seed %d", filter, ordering, seed)
          .isEqualTo(expected);
      assertThat(
              lists.list(operator, filter, parsed(ordering), new DeviceLists.Place(null, 2), 100))
          .extracting(DeviceListsTest::handles)
          .isEqualTo(expected.subList(Math.min(2, expected.size()), expected.size()));
    }
    assertThat(drifted()).isZero();
  }

  private static final Comparator<Device> BY_ID =
      Comparator.comparing(device -> device.id().toString());
  private static final Comparator<Device> BY_NAME =
      Comparator.<Device, String>comparing(device -> lower(device.name())).thenComparing(BY_ID);
  private static final Comparator<Device> BY_HANDLE =
      Comparator.comparing(device -> lower(device.handle()));

  private static Comparator<Device> order(String ordering, @Nullable String search) {
    return switch (ordering) {
      case "" -> search == null ? BY_ID : natural(search);
      case "name" -> BY_NAME;
      case "-name" -> BY_NAME.reversed();
      case "device_id" -> BY_HANDLE;
      case "-device_id" -> BY_HANDLE.reversed();
      case "-created_at" -> BY_ID.reversed();
      default -> throw new IllegalArgumentException(ordering);
    };
  }

  private static Comparator<Device> natural(String search) {
    return (one, other) -> {
      boolean named = named(search).test(one);
      if (named != named(search).test(other)) {
        return named ? -1 : 1;
      }
      return (named ? BY_NAME : BY_HANDLE).compare(one, other);
    };
  }

  private static Predicate<Device> named(String search) {
    return device -> lower(device.name()).startsWith(lower(search));
  }

  private static Predicate<Device> handled(String search) {
    return device -> lower(device.handle()).startsWith(lower(search));
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  private List<String> forwards(DeviceFilter filter, String ordering, int size) {
    List<String> seen = new ArrayList<>();
    String cursor = null;
    do {
      DeviceLists.Listed page = list(filter, parsed(ordering), cursor, size);
      seen.addAll(handles(page));
      cursor = page.next();
    } while (cursor != null);
    return seen;
  }

  /// From the last page to the first.
  private List<String> backwards(DeviceFilter filter, String ordering, int size) {
    DeviceLists.Listed page = list(filter, parsed(ordering), null, size);
    while (page.next() != null) {
      page = list(filter, parsed(ordering), page.next(), size);
    }
    List<String> seen = new ArrayList<>(handles(page));
    while (page.previous() != null) {
      page = list(filter, parsed(ordering), page.previous(), size);
      seen.addAll(0, handles(page));
    }
    return seen;
  }

  /// Rows of `device.facet` that are not as the view says, or that are missing.
  private long drifted() {
    return database.acrossOrganizations(handle ->
        handle
            .createQuery(
                """
                with stored as (
                       select organization_id, facet, retired, device_id, name_key, handle_key from device.facet),
                     due as (
                       select organization_id, facet, retired, device_id, name_key, handle_key
                       from device.facet_due)
                select (select count(*) from (select * from stored except select * from due) as a)
                     + (select count(*) from (select * from due except select * from stored) as b)
                """)
            .mapTo(long.class)
            .one());
  }

  private void register(String handle, String name) {
    devices.register(operator, NewDevice.named(name).withHandle(handle));
  }

  private List<String> all(DeviceFilter filter, String ordering) {
    return handles(list(filter, parsed(ordering), null, 100));
  }

  private DeviceLists.Listed list(
      DeviceFilter filter, @Nullable DeviceOrder order, @Nullable String cursor, int limit) {
    return lists.list(operator, filter, order, new DeviceLists.Place(cursor, 0), limit);
  }

  private static @Nullable DeviceOrder parsed(String ordering) {
    return ordering.isEmpty() ? null : DeviceOrder.parse(ordering);
  }

  private static List<String> handles(DeviceLists.Listed page) {
    return page.entries().stream().map(entry -> entry.device().handle()).toList();
  }

  private static Json.Obj attribute(String key, String value) {
    return Json.obj(Map.of(key, Json.of(value)));
  }

  @SafeVarargs
  private static <T> T any(Random random, T... some) {
    return some[random.nextInt(some.length)];
  }
}
