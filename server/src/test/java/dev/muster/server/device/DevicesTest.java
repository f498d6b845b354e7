package dev.muster.server.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.protocol.Platform;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Role;
import dev.muster.server.testing.Audits;
import dev.muster.server.testing.MutableClock;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.Tenants;
import dev.muster.server.testing.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DevicesTest {
  private final TestDatabase postgres = TestDatabase.create();
  private final Database database = postgres.database();
  private final RecordingChanges changes = new RecordingChanges();
  private final MutableClock clock = new MutableClock();
  private final Groups groups = new Groups(database, clock, List.of(changes), Audits.on(clock));
  private final Devices devices =
      new Devices(database, clock, groups, Audits.on(clock), List.of(changes));
  private OrganizationId organization = new OrganizationId(Ids.next());
  private Caller operator = new Caller.Server(organization, "test");

  @BeforeAll
  void makeOrganization() {
    organization = Tenants.fresh(database);
    operator = Tenants.person(organization, Role.OPERATOR);
  }

  @AfterAll
  void close() {
    postgres.close();
  }

  @Test
  void aDeviceIsFoundByIdAndByHandle() {
    Device device =
        devices.register(operator, NewDevice.named("Till").withHandle("till-1").on(Platform.LINUX));

    assertThat(devices.read(operator, "till-1").device()).isEqualTo(device);
    assertThat(devices.read(operator, device.id().toString()).device()).isEqualTo(device);
    assertThat(changes.registered).contains(device.id());
  }

  @Test
  void aDeviceWithoutHandleGoesByItsId() {
    Device device = devices.register(operator, NewDevice.named("Nameless"));

    assertThat(device.handle()).isEqualTo(device.id().toString());
    assertThat(devices.read(operator, device.handle()).device().name()).isEqualTo("Nameless");
  }

  @Test
  void ofTwoRegistrationsOfOneHandleOneIsRefused() {
    List<String> outcomes =
        Race.times(
            8,
            _ -> {
              try {
                devices.register(operator, NewDevice.named("x").withHandle("contested"));
                return "registered";
              } catch (Refusal refusal) {
                return refusal.code().wireName();
              }
            });

    assertThat(outcomes).filteredOn("registered"::equals).hasSize(1);
    assertThat(outcomes).filteredOn("already_exists"::equals).hasSize(7);
  }

  @Test
  void anotherOrganizationHasItsOwnHandlesAndSeesNoneOfOurs() {
    devices.register(operator, NewDevice.named("ours").withHandle("shared"));
    Caller stranger = Tenants.person(Tenants.fresh(database), Role.ADMIN);

    refused(ErrorCode.NOT_FOUND, () -> devices.read(stranger, "shared"));
    devices.register(stranger, NewDevice.named("theirs").withHandle("shared"));

    assertThat(devices.read(stranger, "shared").device().name()).isEqualTo("theirs");
    assertThat(devices.list(stranger, DeviceFilter.ALL, null, 0, 10).count()).isEqualTo(1);
  }

  @Test
  void registeringIntoAnUnknownGroupRegistersNothing() {
    refused(
        ErrorCode.INVALID_FIELDS,
        () ->
            devices.register(
                operator, NewDevice.named("x").withHandle("grouped").in(List.of("nowhere"))));
    refused(ErrorCode.NOT_FOUND, () -> devices.read(operator, "grouped"));
  }

  @Test
  void joiningAGroupTwiceChangesItOnce() {
    groups.create(operator, "kiosks");
    Device device = devices.register(operator, NewDevice.named("x"));

    groups.join(operator, "kiosks", device.handle());
    groups.join(operator, "kiosks", device.handle());

    assertThat(changes.moved).filteredOn(device.id()::equals).hasSize(1);
    assertThat(devices.read(operator, device.handle()).groups()).containsExactly("kiosks");

    groups.leave(operator, "kiosks", device.handle());
    groups.leave(operator, "kiosks", device.handle());

    assertThat(changes.moved).filteredOn(device.id()::equals).hasSize(2);
    assertThat(devices.read(operator, device.handle()).groups()).isEmpty();
  }

  @Test
  void bulkJoinsOfTheSameDevicesInAnyOrderDoNotBlockEachOther() {
    groups.create(operator, "bulk");
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      ids.add(devices.register(operator, NewDevice.named("bulk " + i)).handle());
    }
    Race.times(
        8,
        i -> {
          groups.joinAll(operator, "bulk", i % 2 == 0 ? ids : ids.reversed());
          return true;
        });

    assertThat(
            devices
                .list(operator, new DeviceFilter(null, "bulk", null, null), null, 0, 100)
                .count())
        .isEqualTo(50);
    refused(
        ErrorCode.INVALID_FIELDS,
        () -> groups.joinAll(operator, "bulk", List.of(ids.getFirst(), "unknown")));
  }

  @Test
  void aDeviceSpeaksForItselfOnly() {
    Device own = devices.register(operator, NewDevice.named("own").withHandle("own"));
    devices.register(operator, NewDevice.named("other").withHandle("other"));
    Caller self = new Caller.Device(organization, own.id().value(), Ids.next());
    Caller gone = new Caller.Device(organization, Ids.next(), Ids.next());

    assertThat(self(self, "own")).isEqualTo(own);
    assertThat(self(self, own.id().toString())).isEqualTo(own);
    refused(ErrorCode.FORBIDDEN, () -> self(self, "other"));
    refused(ErrorCode.NOT_FOUND, () -> self(self, "no-such-device"));
    refused(ErrorCode.NOT_FOUND, () -> self(gone, "own"));
    refused(ErrorCode.FORBIDDEN, () -> self(operator, "own"));
    refused(ErrorCode.FORBIDDEN, () -> self(new Caller.Enroller(organization, Ids.next()), "own"));
    assertThat(self(Tenants.anybody(organization), "own")).isEqualTo(own);
  }

  @Test
  void aViewerSeesAndChangesNothing() {
    devices.register(operator, NewDevice.named("seen").withHandle("seen"));
    Caller viewer = Tenants.person(organization, Role.VIEWER);

    assertThat(devices.read(viewer, "seen").device().name()).isEqualTo("seen");
    refused(ErrorCode.FORBIDDEN, () -> devices.register(viewer, NewDevice.named("x")));
    refused(
        ErrorCode.FORBIDDEN,
        () -> devices.change(viewer, "seen", new Devices.Change("x", null, null, null)));
    refused(ErrorCode.FORBIDDEN, () -> groups.create(viewer, "x"));
  }

  @Test
  void listsArePagedAndFiltered() {
    Caller other = Tenants.person(Tenants.fresh(database), Role.OPERATOR);
    for (int i = 0; i < 7; i++) {
      devices.register(
          other, NewDevice.named("Till 5_" + i + "%").tagged(List.of(i < 3 ? "front" : "back")));
    }
    devices.change(
        other,
        devices.list(other, DeviceFilter.ALL, null, 0, 1).entries().getFirst().device().handle(),
        new Devices.Change(null, null, DeviceStatus.ERROR, null));

    Devices.Listed first = devices.list(other, DeviceFilter.ALL, null, 0, 5);
    assertThat(first.count()).isEqualTo(7);
    assertThat(first.more()).isTrue();
    Devices.Listed second =
        devices.list(other, DeviceFilter.ALL, first.entries().getLast().device().id(), 0, 5);
    assertThat(second.entries()).hasSize(2);
    assertThat(second.more()).isFalse();

    assertThat(count(other, new DeviceFilter("TILL 5_", null, null, null))).isEqualTo(7);
    assertThat(count(other, new DeviceFilter("till 5_3%", null, null, null))).isEqualTo(1);
    assertThat(count(other, new DeviceFilter("%", null, null, null))).isZero();
    assertThat(count(other, new DeviceFilter(null, null, DeviceStatus.ERROR, null))).isEqualTo(1);
    assertThat(count(other, new DeviceFilter(null, null, null, "front"))).isEqualTo(3);
    assertThat(count(other, new DeviceFilter("till", null, DeviceStatus.IDLE, "back")))
        .isEqualTo(4);

    devices.change(
        other,
        first.entries().getFirst().device().handle(),
        new Devices.Change(null, List.of("back", "new", "new"), null, null));
    assertThat(count(other, new DeviceFilter(null, null, null, "front"))).isEqualTo(2);
    assertThat(count(other, new DeviceFilter(null, null, null, "new"))).isEqualTo(1);
  }

  private long count(Caller caller, DeviceFilter filter) {
    return devices.list(caller, filter, null, 0, 100).count();
  }

  private Device self(Caller caller, String device) {
    return database.in(organization, handle -> devices.requireSelf(handle, caller, device));
  }

  private static void refused(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(code));
  }
}
