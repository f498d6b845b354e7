package dev.muster.server.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.protocol.Json;
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
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
    assertThat(count(stranger, DeviceFilter.ALL)).isEqualTo(1);
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

    assertThat(count(operator, DeviceFilter.ALL.in("bulk"))).isEqualTo(50);
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
  void attributesAreMergedByKeyAndRemovedByNull() {
    devices.register(
        operator,
        NewDevice.named("x")
            .withHandle("noted")
            .withAttributes(Json.obj(Map.of("site", Json.of("Bern"), "floor", Json.of(3)))));

    Device after = attributes("noted", Map.of("floor", Json.NULL, "rack", Json.of(true))).device();

    assertThat(after.attributes().canonical()).isEqualTo("{\"rack\":true,\"site\":\"Bern\"}");
    assertThat(devices.read(operator, "noted").device()).isEqualTo(after);
    assertThat(count(operator, DeviceFilter.ALL.having("attribute.rack", "true"))).isEqualTo(1);
    assertThat(count(operator, DeviceFilter.ALL.having("attribute.floor", "3"))).isZero();
  }

  @Test
  void everyAttributeThatIsWrongIsNamed() {
    devices.register(operator, NewDevice.named("x").withHandle("wrong"));
    Map<String, Json> bad = new TreeMap<>();
    bad.put("a=b", Json.of("x"));
    bad.put("", Json.of("x"));
    bad.put("list", Json.texts(List.of("x")));
    bad.put("long", Json.of("x".repeat(257)));
    bad.put("huge", number("1e40"));
    bad.put("fine", Json.of("x"));

    assertThatThrownBy(() -> attributes("wrong", bad))
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal ->
                assertThat(refusal.fields())
                    .extracting(Refusal.FieldError::field)
                    .containsExactly(
                        "attributes.",
                        "attributes.a=b",
                        "attributes.huge",
                        "attributes.list",
                        "attributes.long"));

    Map<String, Json> many = new TreeMap<>();
    for (int i = 0; i < 64; i++) {
      many.put("k" + i, Json.of(i));
    }
    attributes("wrong", many);
    assertThatThrownBy(() -> attributes("wrong", Map.of("one-more", Json.of(1))))
        .hasMessageContaining("would be 65");
    attributes("wrong", Map.of("one-more", Json.of(1), "k0", Json.NULL));
  }

  @Test
  void whatIsSoAlreadyIsNoChange() {
    Device before = devices.register(operator, NewDevice.named("same").withHandle("same"));
    clock.advance(Duration.ofSeconds(1));

    Device after =
        devices.change(operator, "same", new Devices.Change("same", null, null, null)).device();

    assertThat(after).isEqualTo(before);
  }

  @Test
  void aPersonsChangesAreAuditedWithWhatWasBefore() {
    Device device = devices.register(operator, NewDevice.named("one").withHandle("audited"));
    devices.change(
        operator, "audited", new Devices.Change("two", List.of("t"), DeviceStatus.ERROR, null));
    database.in(
        organization,
        handle -> devices.register(handle, operator, NewDevice.named("by a room below")));

    List<String> entries =
        database.in(
            organization,
            handle ->
                handle
                    .createQuery(
                        """
                        select action || ' ' || before || ' ' || after from audit.entry
                        where target_id = ? order by id
                        """)
                    .bind(0, device.handle())
                    .mapTo(String.class)
                    .list());

    assertThat(entries).hasSize(2);
    assertThat(entries.getFirst()).startsWith("device.registered {} {").contains("\"audited\"");
    assertThat(entries.getLast())
        .isEqualTo(
            "device.changed {\"name\": \"one\", \"tags\": [], \"status\": \"IDLE\"}"
                + " {\"name\": \"two\", \"tags\": [\"t\"], \"status\": \"ERROR\"}");
  }

  private Devices.Entry attributes(String device, Map<String, Json> change) {
    return devices.change(operator, device, new Devices.Change(null, null, null, Json.obj(change)));
  }

  private static Json number(String text) {
    return new Json.Num(new BigDecimal(text));
  }

  private long count(Caller caller, DeviceFilter filter) {
    return new DeviceLists(database, groups)
        .list(caller, filter, null, DeviceLists.Place.START, 100)
        .count();
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
