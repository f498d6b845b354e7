package dev.muster.server.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.protocol.Platform;
import dev.muster.server.audit.Audit;
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
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// What a room below does with the row of a device.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // set before each test
class DeviceHoldTest {
  private final TestDatabase postgres = TestDatabase.create();
  private final Database database = postgres.database();
  private final MutableClock clock = new MutableClock();
  private final RecordingChanges changes = new RecordingChanges();
  private final Audit audit = Audits.on(clock);
  private final Groups groups = new Groups(database, clock, List.of(changes), audit);
  private final Devices devices = new Devices(database, clock, groups, audit, List.of(changes));
  private OrganizationId organization;
  private Caller admin;

  @BeforeEach
  void makeOrganization() {
    organization = Tenants.fresh(database);
    admin = Tenants.person(organization, Role.ADMIN);
  }

  @AfterAll
  void close() {
    postgres.close();
  }

  @Test
  void aDeviceIsHeldByIdAndByHandleInEveryStateOfItsLife() {
    Device device = register("d");
    new Lifecycles(database, clock, devices, groups, audit, List.of()).retire(admin, "d");

    Device held = hold("d");

    assertThat(held.lifecycle()).isEqualTo(Lifecycle.RETIRED);
    assertThat(hold(device.id().toString())).isEqualTo(held);
    assertThatThrownBy(() -> hold("nobody"))
        .isInstanceOfSatisfying(
            Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.NOT_FOUND));
  }

  @Test
  void anOccupiedDeviceIsFoundByItsNewStatusAndLeavesNoTraceElsewhere() {
    Device before = register("d");
    clock.advance(Duration.ofSeconds(5));
    long traces = traces();

    Device after = occupy("d", DeviceStatus.UPDATING);

    assertThat(after.status()).isEqualTo("UPDATING");
    assertThat(after.updatedAt()).isEqualTo(before.updatedAt().plusSeconds(5));
    assertThat(devices.read(admin, "d").device()).isEqualTo(after);
    assertThat(found("UPDATING")).containsExactly("d");
    assertThat(found("IDLE")).isEmpty();
    assertThat(changes.changed).extracting(Device::id).containsOnlyOnce(before.id());
    assertThat(traces()).isEqualTo(traces);
  }

  @Test
  void theStatusThatADeviceHasAlreadyIsNoChange() {
    Device before = register("d");
    clock.advance(Duration.ofSeconds(5));

    assertThat(occupy("d", DeviceStatus.IDLE)).isEqualTo(before);
    assertThat(changes.changed).extracting(Device::id).doesNotContain(before.id());
  }

  /// What was read before is not what is replaced.
  @Test
  void aStatusIsReplacedWhateverTheCallerBelievesItWas() {
    register("d");

    database.in(
        organization,
        handle -> {
          Device held = devices.hold(handle, organization, "d");
          devices.occupy(handle, held, DeviceStatus.BUSY);
          return devices.occupy(handle, held, DeviceStatus.ERROR);
        });

    assertThat(found("ERROR")).containsExactly("d");
    assertThat(found("BUSY")).isEmpty();
  }

  @Test
  void whoeverHoldsADeviceIsAlone() {
    register("d");
    AtomicInteger holding = new AtomicInteger();

    Race.times(
        12,
        i ->
            switch (i % 3) {
              case 0 ->
                  database.in(
                      organization,
                      handle -> {
                        Device held = devices.hold(handle, organization, "d");
                        assertThat(holding.incrementAndGet()).isEqualTo(1);
                        DeviceStatus next = any(i);
                        String status = devices.occupy(handle, held, next).status();
                        holding.decrementAndGet();
                        return status;
                      });
              case 1 -> change(i).device().status();
              default -> groups.create(admin, "g" + i).name();
            });

    assertThat(found(devices.read(admin, "d").device().status())).containsExactly("d");
  }

  @Test
  void whoeverWaitsForADeviceThatIsErasedFindsNone() {
    DeviceErasure erasure = new DeviceErasure(database, audit, List.of(), List.of(changes));
    Device device = register("d");

    List<String> outcomes =
        Race.times(
            8,
            i -> {
              if (i == 3) {
                erasure.erase(admin, "d");
                return "erased";
              }
              try {
                return occupy("d", any(i)).handle();
              } catch (Refusal refusal) {
                return refusal.code().wireName();
              }
            });

    assertThat(outcomes).contains("erased").isSubsetOf("erased", "d", "not_found");
    assertThat(changes.erased).containsExactly(device.id());
    for (DeviceStatus status : DeviceStatus.values()) {
      assertThat(found(status.name())).isEmpty();
    }
  }

  @Test
  void manyAreFoundAtOnceByEitherName() {
    Device one = register("one");
    Device two = register("two");
    register("three");
    String loud = one.id().toString().toUpperCase(Locale.ROOT);

    Map<String, Device> found =
        database.in(
            organization,
            handle -> devices.findAll(handle, organization, List.of("two", "nobody", loud, "one")));

    assertThat(found)
        .containsExactly(Map.entry("two", two), Map.entry(loud, one), Map.entry("one", one));
  }

  private Devices.Entry change(int number) {
    List<String> tags = List.of("t" + number);
    DeviceStatus status = any(number);
    return devices.change(admin, "d", new Devices.Change(null, tags, status, null));
  }

  private static DeviceStatus any(int number) {
    return List.of(DeviceStatus.values()).get(number % 7);
  }

  private Device register(String handle) {
    return devices.register(admin, NewDevice.named(handle).withHandle(handle).on(Platform.LINUX));
  }

  private Device hold(String name) {
    return database.in(organization, handle -> devices.hold(handle, organization, name));
  }

  private Device occupy(String name, DeviceStatus status) {
    return database.in(
        organization,
        handle -> devices.occupy(handle, devices.hold(handle, organization, name), status));
  }

  private List<String> found(String status) {
    return new DeviceLists(database, groups)
            .list(
                admin,
                DeviceFilter.ALL.having("status", status),
                null,
                DeviceLists.Place.START,
                100)
            .entries()
            .stream()
            .map(entry -> entry.device().handle())
            .toList();
  }

  private long traces() {
    return database.acrossOrganizations(handle ->
        handle
            .createQuery(
                """
                select (select count(*) from device.event where organization_id = :organization)
                  + (select count(*) from audit.entry where organization_id = :organization)
                """)
            .bind("organization", organization)
            .mapTo(long.class)
            .one());
  }
}
