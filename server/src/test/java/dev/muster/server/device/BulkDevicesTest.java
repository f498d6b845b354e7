package dev.muster.server.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.protocol.Json;
import dev.muster.server.audit.Audit;
import dev.muster.server.organization.Quotas;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Role;
import dev.muster.server.testing.Audits;
import dev.muster.server.testing.MutableClock;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.Tenants;
import dev.muster.server.testing.TestDatabase;
import dev.muster.server.testing.TestSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // set before each test
class BulkDevicesTest {
  private static final int QUOTA = 30;

  private final TestDatabase postgres = TestDatabase.create();
  private final Database database = postgres.database();
  private final MutableClock clock = new MutableClock();
  private final RecordingChanges changes = new RecordingChanges();
  private final Audit audit = Audits.on(clock);
  private final Groups groups = new Groups(database, clock, List.of(changes), audit);
  private final Quotas unlimited = quotas(0);
  private final Quotas limited = quotas(QUOTA);
  private final Devices devices = new Devices(database, clock, groups, audit, List.of(changes));
  private final Devices few =
      new Devices(database, clock, groups, audit, List.of(new DeviceQuota(limited)));
  private final BulkDevices bulk =
      new BulkDevices(database, clock, devices, groups, unlimited, audit, List.of(changes));
  private final BulkDevices bulkOfFew =
      new BulkDevices(database, clock, few, groups, limited, audit, List.of(changes));
  private OrganizationId organization;
  private Caller operator;

  private static Quotas quotas(long devices) {
    return new Quotas(
        TestSettings.of(Map.of("muster.quota.devices", Long.toString(devices))),
        List.of(new DeviceUsageStore()));
  }

  @BeforeEach
  void makeOrganization() {
    organization = Tenants.fresh(database);
    operator = Tenants.person(organization, Role.OPERATOR);
  }

  @AfterAll
  void close() {
    postgres.close();
  }

  @Test
  void aRowThatIsRefusedHoldsUpNoOther() {
    groups.create(operator, "shop");
    device("taken");
    List<BulkRow<NewDevice>> rows =
        List.of(
            good(NewDevice.named("one").withHandle("one").in(List.of("shop"))),
            good(NewDevice.named("x").withHandle("taken")),
            good(NewDevice.named("x").in(List.of("shop", "nowhere"))),
            new BulkRow.Bad<>("bad", Refusal.invalid("name", "must be there")),
            good(NewDevice.named("x").withHandle("a b")),
            good(NewDevice.named("nameless")));

    List<BulkResult> results = bulk.register(operator, rows);

    assertThat(results.stream().map(BulkDevicesTest::text))
        .startsWith(
            "one IDLE",
            "taken already_exists There is a device of this id already.",
            "null invalid_fields groups[1]: is no group of this organization",
            "bad invalid_fields name: must be there",
            "a b invalid_device_id device_id: " + Handles.RULE);
    assertThat(results.getLast()).isInstanceOf(BulkResult.Done.class);
    assertThat(devices.read(operator, "one").groups()).containsExactly("shop");
    assertThat(found(DeviceFilter.ALL.in("shop"))).containsExactly("one");
    assertThat(count()).isEqualTo(3);
  }

  @Test
  void whatIsRegisteredHasAHistoryOfItsOwnAndOneEntryInTheLog() {
    GroupId shop = groups.create(operator, "shop").id();
    bulk.register(
        operator,
        List.of(
            good(NewDevice.named("One").withHandle("one").in(List.of("shop", shop.toString()))),
            good(NewDevice.named("Two").withHandle("two"))));
    Device one = devices.read(operator, "one").device();

    assertThat(events("one"))
        .containsExactlyInAnyOrder(
            "REGISTERED {\"name\": \"One\", \"device_id\": \"one\"}",
            "JOINED {\"group\": \"" + shop + "\"}");
    assertThat(events("two"))
        .containsExactly("REGISTERED {\"name\": \"Two\", \"device_id\": \"two\"}");
    assertThat(audited("devices.registered"))
        .containsExactly("{\"device_ids\": [\"one\", \"two\"]}");
    assertThat(changes.registered).containsOnlyOnce(one.id());
  }

  @Test
  void nothingThatIsRegisteredLeavesNoEntry() {
    bulk.register(operator, List.of(new BulkRow.Bad<>(null, Refusal.invalid("name", "missing"))));
    assertThat(audited("devices.registered")).isEmpty();
  }

  @Test
  void ofTwoRowsWithOneHandleTheFirstThatIsGoodCounts() {
    List<BulkResult> results =
        bulk.register(
            operator,
            List.of(
                good(NewDevice.named("bad").withHandle("d").in(List.of("nowhere"))),
                good(NewDevice.named("first").withHandle("d")),
                good(NewDevice.named("second").withHandle("d"))));

    assertThat(results.stream().map(BulkDevicesTest::code))
        .containsExactly("invalid_fields", "done", "already_exists");
    assertThat(devices.read(operator, "d").device().name()).isEqualTo("first");
  }

  @Test
  void theLastRowsFindTheQuotaUsedUp() {
    for (int i = 0; i < QUOTA - 2; i++) {
      few.register(operator, NewDevice.named("d"));
    }
    List<BulkResult> results =
        bulkOfFew.register(
            operator,
            List.of(
                good(NewDevice.named("a").withHandle("z")),
                good(NewDevice.named("b").withHandle("b").in(List.of("nowhere"))),
                good(NewDevice.named("c").withHandle("c")),
                good(NewDevice.named("d").withHandle("a")),
                good(NewDevice.named("e").withHandle("a"))));

    assertThat(results.stream().map(BulkDevicesTest::code))
        .containsExactly("done", "invalid_fields", "done", "quota_exceeded", "quota_exceeded");
    assertThat(text(results.get(3))).contains("may have 30 devices, and this would make 31");
    assertThat(count()).isEqualTo(QUOTA);
    assertThat(found(DeviceFilter.ALL)).hasSize(QUOTA);
  }

  /// Any rows, in bulk and one by one in another organization.
  @Test
  void aBulkDoesWhatItsRowsWouldDoOneByOne() {
    long seed =
        Long.getLong("muster.test.seed", ThreadLocalRandom.current().nextLong(1_000_000_000));
    Random random = new Random(seed);
    for (int round = 0; round < 15; round++) {
      makeOrganization();
      Caller inBulk = operator;
      Caller alone = Tenants.person(Tenants.fresh(database), Role.OPERATOR);
      for (Caller caller : List.of(inBulk, alone)) {
        groups.create(caller, "g");
        few.register(caller, NewDevice.named("x").withHandle("h3"));
      }
      for (int batch = 0; batch < 3; batch++) {
        List<NewDevice> wanted =
            IntStream.range(0, 1 + random.nextInt(25)).mapToObj(_ -> any(random)).toList();
        List<String> expected = wanted.stream().map(device -> outcome(alone, device)).toList();

        assertThat(bulkOfFew.register(inBulk, wanted.stream().map(BulkDevicesTest::good).toList()))
            .as("round %d, seed %d", round, seed)
            .extracting(BulkDevicesTest::text)
            .isEqualTo(expected);
      }
      assertThat(described(inBulk)).as("seed %d", seed).isEqualTo(described(alone));
    }
  }

  private String outcome(Caller caller, NewDevice wanted) {
    try {
      Device device = few.register(caller, wanted);
      return device.handle() + " " + device.status();
    } catch (Refusal refusal) {
      return text(new BulkResult.Refused(wanted.handle(), refusal));
    }
  }

  private List<String> described(Caller caller) {
    return new DeviceLists(database, groups)
            .list(
                caller,
                DeviceFilter.ALL,
                DeviceOrder.parse("device_id"),
                DeviceLists.Place.START,
                99)
            .entries()
            .stream()
            .map(entry -> entry.device().described().canonical() + entry.groups())
            .toList();
  }

  private static NewDevice any(Random random) {
    String handle = random.nextInt(12) == 0 ? "no good" : "h" + random.nextInt(60);
    return NewDevice.named("n" + random.nextInt(9))
        .withHandle(handle)
        .ofType("t", DeviceStatus.OFFLINE)
        .tagged(random.nextBoolean() ? List.of("a", "b", "a") : List.of())
        .withAttributes(
            Json.obj(Map.of(random.nextInt(9) == 0 ? "=" : "site", Json.of(random.nextInt(5)))))
        .in(random.nextBoolean() ? List.of() : List.of(random.nextInt(5) == 0 ? "no" : "g"));
  }

  @Test
  void bulksOfTheSameIdsInAnyOrderRegisterEachOnce() {
    List<String> handles = IntStream.range(0, 60).mapToObj(i -> "d" + i).toList();
    groups.create(operator, "g");

    List<List<String>> outcomes =
        Race.times(
            8,
            i -> {
              if (i == 7) {
                return handles.stream().map(this::registerAlone).toList();
              }
              List<String> shuffled = new ArrayList<>(handles);
              Collections.shuffle(shuffled, new Random(i));
              return bulk
                  .register(
                      operator,
                      shuffled.stream()
                          .map(name -> NewDevice.named(name).withHandle(name).in(List.of("g")))
                          .map(BulkDevicesTest::good)
                          .toList())
                  .stream()
                  .map(BulkDevicesTest::code)
                  .toList();
            });

    assertThat(outcomes.stream().flatMap(List::stream))
        .hasSize(8 * 60)
        .filteredOn("done"::equals)
        .hasSize(60);
    assertThat(found(DeviceFilter.ALL.in("g"))).hasSizeGreaterThan(50);
    assertThat(count()).isEqualTo(60);
    assertThat(audited("devices.registered").size()).isBetween(1, 7);
  }

  private String registerAlone(String name) {
    try {
      devices.register(operator, NewDevice.named(name).withHandle(name));
      return "done";
    } catch (Refusal refusal) {
      return refusal.code().wireName();
    }
  }

  @Test
  void bulksAndSingleOnesTogetherNeverPassTheQuota() {
    Race.times(
        10,
        i -> {
          if (i % 2 == 0) {
            for (int k = 0; k < 5; k++) {
              outcome(operator, NewDevice.named("single"));
            }
            return true;
          }
          return bulkOfFew.register(
                  operator, Collections.nCopies(12, good(NewDevice.named("of many"))))
              != null;
        });

    assertThat(found(DeviceFilter.ALL)).hasSize(QUOTA);
    assertThat(count()).isEqualTo(QUOTA);
  }

  @Test
  void aThousandAreRegisteredInOneTransaction() {
    List<BulkRow<NewDevice>> rows =
        IntStream.range(0, BulkDevices.MOST)
            .mapToObj(i -> good(NewDevice.named("d" + i).withHandle("d" + i)))
            .toList();

    assertThat(bulk.register(operator, rows)).allMatch(BulkResult.Done.class::isInstance);
    assertThat(transactions("REGISTERED")).isEqualTo(1);
    assertThat(
            bulk.setStatus(
                operator,
                IntStream.range(0, BulkDevices.MOST)
                    .mapToObj(i -> status("d" + i, DeviceStatus.ERROR))
                    .toList()))
        .allMatch(BulkResult.Done.class::isInstance);
    assertThat(transactions("CHANGED")).isEqualTo(1);
    assertThatThrownBy(() -> bulk.register(operator, Collections.nCopies(1_001, rows.getFirst())))
        .hasMessage("devices: must be 1 to 1,000 devices");
    assertThatThrownBy(() -> bulk.setStatus(operator, List.of()))
        .hasMessage("devices: must be 1 to 1,000 devices");
  }

  @Test
  void eachStatusIsSetOrRefusedForItself() {
    Device one = device("one");
    device("two");
    device("gone");
    device("same");
    new Lifecycles(database, clock, devices, groups, audit, List.of()).retire(operator, "gone");
    clock.advance(Duration.ofSeconds(1));

    List<BulkResult> results =
        bulk.setStatus(
            operator,
            List.of(
                status(one.id().toString(), DeviceStatus.BUSY),
                status("nobody", DeviceStatus.BUSY),
                status("gone", DeviceStatus.BUSY),
                status("same", DeviceStatus.IDLE),
                new BulkRow.Bad<>("two", Refusal.invalid("status", "must be a status")),
                status("one", DeviceStatus.ERROR)));

    assertThat(results.stream().map(BulkDevicesTest::text))
        .containsExactly(
            "one BUSY",
            "nobody not_found There is no such device.",
            "gone device_state The device is retired, which is final. Enroll or register it again as"
                + " a new device.",
            "same IDLE",
            "two invalid_fields status: must be a status",
            "one ERROR");
    assertThat(results.getLast()).isEqualTo(new BulkResult.Done("one", "BUSY", "ERROR"));
    assertThat(found(DeviceFilter.ALL.having("status", "ERROR"))).containsExactly("one");
    assertThat(found(DeviceFilter.ALL.having("status", "BUSY"))).isEmpty();
    assertThat(events("one")).contains("CHANGED {\"status\": \"ERROR\"}").hasSize(2);
    assertThat(events("same")).hasSize(1);
    assertThat(audited("devices.status_set")).containsExactly("{\"device_ids\": [\"one\"]}");
    assertThat(changes.changed).extracting(Device::id).containsOnlyOnce(one.id());
    assertThat(devices.read(operator, "one").device().updatedAt()).isEqualTo(clock.instant());
  }

  @Test
  void statusesOfTheSameDevicesInAnyOrderAreSetWithoutWaitingForEver() {
    List<String> names = IntStream.range(0, 40).mapToObj(i -> "d" + i).toList();
    names.forEach(this::device);

    Race.times(
        8,
        i -> {
          List<String> shuffled = new ArrayList<>(names);
          Collections.shuffle(shuffled, new Random(i));
          DeviceStatus status = i % 2 == 0 ? DeviceStatus.BUSY : DeviceStatus.ERROR;
          List<BulkResult> results =
              bulk.setStatus(
                  operator, shuffled.stream().map(name -> status(name, status)).toList());
          assertThat(results).allMatch(BulkResult.Done.class::isInstance);
          return devices.change(
              operator, names.get(i), new Devices.Change(null, null, DeviceStatus.IDLE, null));
        });

    List<String> words = List.of("IDLE", "BUSY", "ERROR");
    assertThat(
            words.stream().flatMap(word -> found(DeviceFilter.ALL.having("status", word)).stream()))
        .hasSameElementsAs(names);
  }

  @Test
  void whoMayNotChangeDevicesChangesNone() {
    Caller viewer = Tenants.person(organization, Role.VIEWER);
    device("d");
    assertThatThrownBy(() -> bulk.register(viewer, List.of(good(NewDevice.named("x")))))
        .isInstanceOfSatisfying(
            Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.FORBIDDEN));
    assertThatThrownBy(() -> bulk.setStatus(viewer, List.of(status("d", DeviceStatus.BUSY))))
        .isInstanceOfSatisfying(
            Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.FORBIDDEN));
    Caller stranger = Tenants.person(Tenants.fresh(database), Role.ADMIN);
    assertThat(bulk.setStatus(stranger, List.of(status("d", DeviceStatus.BUSY))))
        .extracting(BulkDevicesTest::code)
        .containsExactly("not_found");
  }

  private static BulkRow<NewDevice> good(NewDevice device) {
    return new BulkRow.Good<>(device);
  }

  private static BulkRow<BulkDevices.NewStatus> status(String name, DeviceStatus status) {
    return new BulkRow.Good<>(new BulkDevices.NewStatus(name, status));
  }

  private static String code(BulkResult result) {
    return switch (result) {
      case BulkResult.Done _ -> "done";
      case BulkResult.Refused(_, Refusal refusal) -> refusal.code().wireName();
    };
  }

  private static String text(BulkResult result) {
    return switch (result) {
      case BulkResult.Done(String handle, _, String after) -> handle + " " + after;
      case BulkResult.Refused(@Nullable String name, Refusal refusal) ->
          name + " " + refusal.code().wireName() + " " + refusal.detail();
    };
  }

  private Device device(String handle) {
    return devices.register(operator, NewDevice.named(handle).withHandle(handle));
  }

  private long count() {
    return database.in(organization, handle -> devices.count(handle, organization));
  }

  private List<String> found(DeviceFilter filter) {
    return new DeviceLists(database, groups)
        .list(operator, filter, null, DeviceLists.Place.START, 100).entries().stream()
            .map(entry -> entry.device().handle())
            .toList();
  }

  private List<String> events(String device) {
    return texts(
        "select kind || ' ' || body from device.event where device_id = ?",
        devices.read(operator, device).device().id().value());
  }

  private List<String> audited(String action) {
    return texts("select cast(after as text) from audit.entry where action = ?", action);
  }

  private long transactions(String kind) {
    return texts("select distinct cast(xmin as text) from device.event where kind = ?", kind)
        .size();
  }

  private List<String> texts(String sql, Object argument) {
    return database.in(
        organization,
        handle -> handle.createQuery(sql).bind(0, argument).mapTo(String.class).list());
  }
}
