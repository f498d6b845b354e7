package dev.muster.server.doorbell;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.credential.DeviceTokens;
import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.Devices;
import dev.muster.server.device.Groups;
import dev.muster.server.device.NewDevice;
import dev.muster.server.organization.Closings;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Role;
import dev.muster.server.testing.Audits;
import dev.muster.server.testing.Events;
import dev.muster.server.testing.MutableClock;
import dev.muster.server.testing.Tenants;
import dev.muster.server.testing.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DoorbellsTest {
  private final TestDatabase postgres = TestDatabase.create();
  private final Database database = postgres.database();
  private final MutableClock clock = new MutableClock();
  private final Broadcast broadcast = new Broadcast(database.dataSource());
  private final Devices devices =
      new Devices(
          database,
          clock,
          new Groups(database, clock, List.of(), Audits.on(clock)),
          Audits.on(clock),
          List.of());
  private final DeviceTokens tokens =
      new DeviceTokens(
          database, clock, Events.outbox(database, clock), broadcast, devices, Audits.on(clock));
  private final Lines lines =
      new Lines(clock, tokens, broadcast, new Closings(database, broadcast));
  private final Doorbells doorbells = new Doorbells(lines, devices, database, clock);
  private final OrganizationId organization = new OrganizationId(Ids.next());

  @AfterAll
  void close() {
    postgres.close();
  }

  @Test
  void eachDeviceIsToldOfWhatCameOfItsRing() {
    Caller.Device good = device();
    Caller.Device stuck = device();
    Caller.Device broken = device();
    Caller.Device away = device();
    FakeLine line = FakeLine.good();
    lines.connect(good, line);
    FakeLine stuckLine = FakeLine.stuck();
    lines.connect(stuck, stuckLine);
    lines.connect(broken, FakeLine.broken());

    var rings = doorbells.ring(List.of(id(good), id(stuck), id(broken), id(away)));

    assertThat(rings.get(id(good))).isEqualTo(new Ring.Rung());
    assertThat(rings.get(id(stuck))).isInstanceOf(Ring.Failed.class);
    assertThat(rings.get(id(broken))).isEqualTo(new Ring.Failed("the connection broke: reset"));
    assertThat(rings.get(id(away))).isEqualTo(new Ring.Offline());
    assertThat(stuckLine.goodbyes).containsExactly(Line.Goodbye.STUCK);
    assertThat(doorbells.ring(List.of(id(stuck))).get(id(stuck))).isEqualTo(new Ring.Offline());
    assertThat(line.goodbyes).isEmpty();
    assertThat(line.sent).containsExactly("{\"type\":\"policy_changed\"}");
  }

  @Test
  void eachDeviceIsSentItsOwnMessageInOrderIfItIsConnectedHere() {
    Caller.Device first = device();
    Caller.Device second = device();
    Caller.Device away = device();
    FakeLine firstLine = FakeLine.good();
    FakeLine secondLine = FakeLine.good();
    lines.connect(first, firstLine);
    lines.connect(second, secondLine);

    assertThat(doorbells.send(Map.of(id(first), "1", id(second), "2", id(away), "3")))
        .isEqualTo(
            Map.of(
                id(first),
                new Ring.Rung(),
                id(second),
                new Ring.Rung(),
                id(away),
                new Ring.Offline()));
    assertThat(doorbells.send(id(first), "4")).isEqualTo(new Ring.Rung());
    assertThat(doorbells.send(id(away), "5")).isEqualTo(new Ring.Offline());

    assertThat(firstLine.sent).containsExactly("1", "4");
    assertThat(secondLine.sent).containsExactly("2");
    assertThat(doorbells.connectedHere(List.of(id(first), id(second), id(away))))
        .containsExactlyInAnyOrder(id(first), id(second));
  }

  @Test
  void oneWhoFailsAtAConnectionKeepsNobodyElseFromHearingOfIt() {
    Caller.Device device = device();
    List<Caller.Device> heard = new ArrayList<>();
    doorbells.onConnected(_ -> {
      throw new IllegalStateException("the database is away");
    });
    doorbells.onConnected(heard::add);

    lines.connected(device);

    assertThat(heard).containsExactly(device);
  }

  @Test
  void aNewConnectionTakesThePlaceOfTheOldWhoseEndChangesNothing() {
    Caller.Device device = device();
    FakeLine old = FakeLine.good();
    FakeLine latest = FakeLine.good();
    lines.connect(device, old);
    lines.connect(device, latest);
    lines.disconnect(device, old);

    doorbells.ring(List.of(id(device)));

    assertThat(old.goodbyes).containsExactly(Line.Goodbye.REPLACED);
    assertThat(old.sent).isEmpty();
    assertThat(latest.sent).hasSize(1);
    lines.disconnect(device, latest);
    assertThat(doorbells.ring(List.of(id(device))).get(id(device))).isEqualTo(new Ring.Offline());
  }

  @Test
  void aPeerThatAnswersNoPingIsGivenUp() {
    Caller.Device silent = device();
    Caller.Device alive = device();
    FakeLine deadLine = FakeLine.good();
    FakeLine line = FakeLine.good();
    lines.connect(silent, deadLine);
    lines.connect(alive, line);

    clock.advance(Lines.SILENCE.dividedBy(2));
    lines.sweep();
    lines.heard(alive, line);
    clock.advance(Lines.SILENCE.dividedBy(2));
    lines.sweep();

    assertThat(deadLine.pings).isEqualTo(1);
    assertThat(deadLine.goodbyes).containsExactly(Line.Goodbye.SILENT);
    assertThat(line.pings).isEqualTo(2);
    assertThat(line.goodbyes).isEmpty();
  }

  @Test
  void aRevocationThatNobodyToldOfIsFound() {
    OrganizationId tenant = Tenants.fresh(database);
    Caller operator = Tenants.person(tenant, Role.OPERATOR);
    Device device = devices.register(operator, NewDevice.named("phone"));
    String token = database.in(tenant, handle -> tokens.issue(handle, tenant, device.id()).text());
    FakeLine line = FakeLine.good();
    lines.connect(tokens.check(token), line);
    lines.hangUpOnRevoked();
    assertThat(line.goodbyes).isEmpty();

    database.in(
        tenant, handle -> handle.execute("update credential.device_token set revoked_at = now()"));
    lines.hangUpOnRevoked();

    assertThat(line.goodbyes).containsExactly(Line.Goodbye.REVOKED);
  }

  @Test
  void aPushTokenIsReplacedByTheNext() {
    OrganizationId tenant = Tenants.fresh(database);
    Device device =
        devices.register(Tenants.person(tenant, Role.OPERATOR), NewDevice.named("phone"));
    Caller self = new Caller.Device(tenant, device.id().value(), Ids.next());

    doorbells.pushTo(self, device.handle(), "first");
    doorbells.pushTo(self, device.handle(), "second");

    assertThat(
            database.<List<String>>in(
                tenant,
                handle ->
                    handle
                        .createQuery("select token from doorbell.push_token")
                        .mapTo(String.class)
                        .list()))
        .containsExactly("second");
  }

  @Test
  void aPushTokenThatIsSaidAgainIsNotWrittenAgain() {
    OrganizationId tenant = Tenants.fresh(database);
    Device device =
        devices.register(Tenants.person(tenant, Role.OPERATOR), NewDevice.named("phone"));
    Caller self = new Caller.Device(tenant, device.id().value(), Ids.next());

    doorbells.pushTo(self, device.handle(), "same");
    String written = versions(tenant);
    doorbells.pushTo(self, device.handle(), "same");
    doorbells.pushTo(List.of(new PushToken(tenant, device.id(), "same")));

    assertThat(versions(tenant)).isEqualTo(written);
  }

  private String versions(OrganizationId tenant) {
    return database.<String>in(
        tenant,
        handle ->
            handle
                .createQuery("select string_agg(xmin::text, ' ') from doorbell.push_token")
                .mapTo(String.class)
                .one());
  }

  @Test
  void pushTokensOfManyOrganizationsAreWrittenTogetherAndWhoIsGoneIsPassedOver() {
    List<PushToken> tokens = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      OrganizationId tenant = Tenants.fresh(database);
      Device device =
          devices.register(Tenants.person(tenant, Role.OPERATOR), NewDevice.named("phone"));
      tokens.add(new PushToken(tenant, device.id(), "token " + i));
    }
    DeviceId gone = new DeviceId(Ids.next());
    tokens.add(3, new PushToken(tokens.getFirst().organization(), gone, "of nobody"));

    doorbells.pushTo(tokens);

    Map<DeviceId, PushToken> found =
        database.acrossOrganizations(
            handle -> PushTokenStore.find(handle, tokens.stream().map(PushToken::device).toList()));
    assertThat(found).hasSize(6).doesNotContainKey(gone);
    assertThat(found.values()).isSubsetOf(tokens);
  }

  private Caller.Device device() {
    return new Caller.Device(organization, Ids.next(), Ids.next());
  }

  private static DeviceId id(Caller.Device device) {
    return new DeviceId(device.deviceId());
  }
}
