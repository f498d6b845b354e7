package dev.muster.server.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.protocol.Json;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Role;
import dev.muster.server.policy.PolicyTenant;
import dev.muster.server.policy.PolicyWorld;
import dev.muster.server.testing.Tenants;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // set before each test
class DeviceEventsTest {
  private final PolicyWorld world =
      PolicyWorld.open(Map.of("muster.device.event-retention", "10d"));
  private final DeviceEvents events =
      new DeviceEvents(world.testDatabase().database(), world.devices());
  private PolicyTenant tenant;
  private Caller.Person operator;

  @BeforeEach
  void makeOrganization() {
    tenant = world.tenant();
    operator = Tenants.person(tenant.organization(), Role.OPERATOR);
  }

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void eachChangeLeavesItsEventWithWhoDidIt() {
    String device = tenant.device();
    String group = tenant.group();
    String policy = tenant.published(1, PolicyTenant.password(6));
    world.groups().join(operator, group, device);
    world.groups().leave(operator, group, device);
    world.assignments().assign(operator, device, policy);
    world.assignments().assign(operator, device, policy);
    world.assignments().unassign(operator, device, policy);
    world.desired().override(operator, device, true, null);
    world
        .devices()
        .change(operator, device, new Devices.Change(null, null, DeviceStatus.ERROR, null));
    world
        .devices()
        .change(operator, device, new Devices.Change(null, null, DeviceStatus.ERROR, null));

    List<DeviceEvent> history = all(device, DeviceEvents.Range.ALL);

    assertThat(history)
        .extracting(DeviceEvent::kind)
        .containsExactly(
            EventKind.CHANGED,
            EventKind.POLICY_OVERRIDDEN,
            EventKind.POLICY_UNASSIGNED,
            EventKind.POLICY_ASSIGNED,
            EventKind.LEFT,
            EventKind.JOINED,
            EventKind.REGISTERED);
    assertThat(history.getFirst().body().canonical()).isEqualTo("{\"status\":\"ERROR\"}");
    assertThat(history.get(3).body().fields()).containsEntry("policy_id", Json.of(policy));
    Actor actor = Objects.requireNonNull(history.getFirst().actor());
    assertThat(actor.kind()).isEqualTo("person");
    assertThat(actor.id()).isEqualTo(operator.userId());
    assertThat(history.getFirst().requestId()).isNull();
  }

  @Test
  void aHistoryIsPagedNewestFirstWithoutGapOrRepeat() {
    String device = tenant.device();
    for (int i = 0; i < 7; i++) {
      if (i % 2 == 0) {
        world.clock().advance(Duration.ofSeconds(1));
      }
      rename(device, "name " + i);
    }
    List<String> names = new ArrayList<>();
    String cursor = null;
    do {
      DeviceEvents.Listed page = events.list(operator, device, DeviceEvents.Range.ALL, cursor, 3);
      assertThat(page.count()).isEqualTo(8);
      page.events()
          .forEach(event ->
              names.add(Objects.requireNonNull(event.body().fields().get("name")).canonical()));
      cursor = page.next();
    } while (cursor != null);

    assertThat(names).hasSize(8).doesNotHaveDuplicates();
    assertThat(names.getFirst()).isEqualTo("\"name 6\"");
    assertThat(names.getLast()).isEqualTo("\"d\"");
  }

  @Test
  void aHistoryIsNarrowedByKindAndTime() {
    String device = tenant.device();
    Instant registered = world.clock().instant();
    world.clock().advance(Duration.ofHours(1));
    rename(device, "second");
    Instant renamed = world.clock().instant();
    world.clock().advance(Duration.ofHours(1));
    world.lifecycles().deactivate(operator, device);

    assertThat(all(device, new DeviceEvents.Range(EventKind.CHANGED, null, null))).hasSize(1);
    assertThat(kinds(device, new DeviceEvents.Range(null, renamed, null)))
        .containsExactly(EventKind.DEACTIVATED, EventKind.CHANGED);
    assertThat(kinds(device, new DeviceEvents.Range(null, null, renamed)))
        .containsExactly(EventKind.REGISTERED);
    assertThat(kinds(device, new DeviceEvents.Range(null, registered, renamed)))
        .containsExactly(EventKind.REGISTERED);
  }

  @Test
  void whatIsOlderThanItsRetentionIsForgotten() {
    String device = tenant.device();
    world.clock().advance(Duration.ofDays(9));
    rename(device, "later");
    world.clock().advance(Duration.ofDays(2));

    new EventRetention(world.testDatabase().database(), world.clock(), world.settings()).run();

    assertThat(kinds(device, DeviceEvents.Range.ALL)).containsExactly(EventKind.CHANGED);
  }

  @Test
  void anotherOrganizationAndADeviceItselfSeeNoHistory() {
    String device = tenant.device();
    Caller stranger = Tenants.person(world.tenant().organization(), Role.ADMIN);

    assertThatThrownBy(() -> events.list(stranger, device, DeviceEvents.Range.ALL, null, 10))
        .isInstanceOfSatisfying(
            Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.NOT_FOUND));
    assertThatThrownBy(
            () -> events.list(tenant.self(device), device, DeviceEvents.Range.ALL, null, 10))
        .isInstanceOfSatisfying(
            Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.FORBIDDEN));
    assertThatThrownBy(() -> events.list(operator, device, DeviceEvents.Range.ALL, "x_y", 10))
        .hasMessageContaining("next link");
  }

  private void rename(String device, String name) {
    world.devices().change(operator, device, new Devices.Change(name, null, null, null));
  }

  private List<DeviceEvent> all(String device, DeviceEvents.Range range) {
    return events.list(operator, device, range, null, 100).events();
  }

  private List<EventKind> kinds(String device, DeviceEvents.Range range) {
    return all(device, range).stream().map(DeviceEvent::kind).toList();
  }
}
