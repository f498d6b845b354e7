package dev.muster.server.viewer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.server.alert.Alert;
import dev.muster.server.alert.RuleKind;
import dev.muster.server.alert.Severity;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.DeviceStatus;
import dev.muster.server.live.Changes;
import dev.muster.server.live.Cursor;
import dev.muster.server.live.LiveWorld;
import dev.muster.server.live.LiveWorld.Tenant;
import dev.muster.server.platform.Ids;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/// Viewers on a real log.
@TestInstance(Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // set before each test
class ViewerTest {
  private final LiveWorld world = new LiveWorld();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final ViewerMeters meters = new ViewerMeters(metrics);
  private final List<Viewer> open = new ArrayList<>();
  private Tenant tenant;

  /// A viewer and what it was sent.
  private record Looking(Viewer viewer, FakeOutlet outlet) {
    String cursor() {
      return outlet.next().at("/cursor").asText();
    }
  }

  @BeforeEach
  void anOrganization() {
    tenant = world.tenant();
  }

  @AfterEach
  void leave() {
    open.forEach(Viewer::end);
  }

  @AfterAll
  void close() {
    world.close();
  }

  private Looking look(Changes node, Watch watch, @Nullable String cursor) {
    FakeOutlet outlet = new FakeOutlet();
    Viewer viewer = new Viewer(tenant.admin(), outlet, node, meters);
    open.add(viewer);
    viewer.start();
    viewer.look(watch, cursor == null ? null : Cursor.parse(cursor));
    return new Looking(viewer, outlet);
  }

  private static Watch only(String... devices) {
    return new Watch(Set.of(devices), Set.of(), EnumSet.allOf(Kind.class));
  }

  private static boolean tells(JsonNode frame, String device, String status) {
    for (JsonNode change : frame.at("/changes")) {
      if (change.at("/device_id").asText().equals(device)
          && change.at("/device/status").asText().equals(status)) {
        return true;
      }
    }
    return false;
  }

  @Test
  void itIsToldWhatItLooksAtAndThenWhatBecomesOfIt() {
    Looking looking = look(world.changes, Watch.ofAll(), null);
    JsonNode watching = looking.outlet().next();
    assertThat(watching.at("/watching/all").asBoolean()).isTrue();
    assertThat(watching.at("/watching/kinds")).hasSize(5);

    var device = tenant.device("till");

    JsonNode frame = looking.outlet().next();
    JsonNode change = frame.at("/changes/0");
    assertThat(change.at("/kind").asText()).isEqualTo("device");
    assertThat(change.at("/id").asText()).isEqualTo(device.id().toString());
    assertThat(change.at("/device_id").asText()).isEqualTo("till");
    assertThat(change.at("/at").asText()).isEqualTo(world.clock.instant().toString());
    assertThat(change.at("/device/status").asText()).isEqualTo("IDLE");
    assertThat(frame.at("/cursor").asText()).isNotEqualTo(watching.at("/cursor").asText());
  }

  @Test
  void ofTheChangesOfASecondTheNewestIsTold() {
    tenant.device("till");
    Looking looking = look(world.changes, Watch.ofAll(), null);
    looking.outlet().next();

    for (DeviceStatus status :
        List.of(DeviceStatus.ERROR, DeviceStatus.MAINTENANCE, DeviceStatus.ERROR)) {
      tenant.set("till", status);
      tenant.name("till", "Till " + status);
    }
    tenant.set("till", DeviceStatus.IDLE);

    List<JsonNode> frames = looking.outlet().until(frame -> tells(frame, "till", "IDLE"));
    assertThat(frames).hasSizeLessThanOrEqualTo(3);
  }

  @Test
  void itIsToldOfTheDevicesThatItNamesAndMayNameOthers() {
    tenant.device("till");
    tenant.device("door");
    Looking looking = look(world.changes, only("till"), null);
    looking.outlet().next();

    tenant.set("door", DeviceStatus.ERROR);
    tenant.set("till", DeviceStatus.ERROR);
    assertThat(looking.outlet().next().findValuesAsText("device_id")).containsExactly("till");

    looking.viewer().look(only("door"), null);
    assertThat(looking.outlet().next().at("/watching/devices/0").asText()).isEqualTo("door");
    tenant.set("till", DeviceStatus.IDLE);
    tenant.set("door", DeviceStatus.IDLE);
    assertThat(looking.outlet().next().findValuesAsText("device_id")).containsExactly("door");
  }

  @Test
  void nobodyIsToldOfAnotherOrganization() {
    Tenant other = world.tenant();
    var foreign = other.device("till");
    Looking looking = look(world.changes, only("till", foreign.id().toString()), null);
    Looking all = look(world.changes, Watch.ofAll(), null);
    looking.outlet().next();
    all.outlet().next();

    other.set("till", DeviceStatus.ERROR);
    var own = tenant.device("till");

    for (Looking one : List.of(looking, all)) {
      assertThat(one.outlet().next().findValuesAsText("id")).containsExactly(own.id().toString());
    }
  }

  @Test
  void whoComesBackIsToldWhatTheyMissedOnAnotherNodeToo() {
    tenant.device("till");
    tenant.device("door");
    Looking before = look(world.changes, Watch.ofAll(), null);
    before.outlet().next();
    tenant.set("till", DeviceStatus.ERROR);
    String cursor = before.cursor();
    before.viewer().end();

    tenant.set("till", DeviceStatus.MAINTENANCE);
    tenant.set("door", DeviceStatus.ERROR);
    world.erase(tenant, "door");
    Looking after = look(world.otherNode(), Watch.ofAll(), cursor);

    assertThat(after.outlet().next().at("/cursor").asText()).isEqualTo(cursor);
    List<String> told = new ArrayList<>();
    after
        .outlet()
        .until(frame -> {
          for (JsonNode change : frame.at("/changes")) {
            told.add(
                change.at("/device_id").asText()
                    + " "
                    + (change.has("erased") ? "erased" : change.at("/device/status").asText()));
          }
          return told.size() >= 2;
        });
    assertThat(told).containsExactly("till MAINTENANCE", "door erased");
  }

  @Test
  void anotherNodeTellsItToo() {
    Looking looking = look(world.otherNode(), Watch.ofAll(), null);
    looking.outlet().next();

    tenant.device("till");

    assertThat(looking.outlet().next().findValuesAsText("device_id")).containsExactly("till");
  }

  @Test
  void whoComesBackTooLateIsToldToReadAnewAndGoesOn() {
    Looking looking = look(world.changes, Watch.ofAll(), new Cursor(Ids.next(), 1).text());

    JsonNode refresh = looking.outlet().until(message -> message.has("refresh")).getLast();
    assertThat(refresh.at("/refresh")).hasSize(5);
    tenant.device("till");
    assertThat(looking.outlet().next().findValuesAsText("device_id")).containsExactly("till");
  }

  @Test
  void aPublicationIsARefreshOfCompliance() {
    Looking looking = look(world.changes, only("till"), null);
    looking.outlet().next();

    world.manyStates(tenant);

    JsonNode frame = looking.outlet().next();
    assertThat(frame.at("/refresh")).hasSize(1);
    assertThat(frame.at("/refresh/0").asText()).isEqualTo("compliance");
    assertThat(frame.at("/changes")).isEmpty();
  }

  @Test
  void anAlertIsToldWithWhatItIsOf() {
    var device = tenant.device("till");
    Looking looking = look(world.changes, only("till"), null);
    looking.outlet().next();

    Alert alert =
        new Alert(
            Ids.next(),
            tenant.admin().organization(),
            new Alert.Subject(device.id(), "till", "Till"),
            new Alert.Rule(RuleKind.LOW_BATTERY, Severity.WARNING),
            "The battery is at 9 %.",
            world.clock.instant(),
            null,
            new Alert.Acknowledged(world.clock.instant(), tenant.admin().userId()));
    world.alert(alert);

    JsonNode change = looking.outlet().next().at("/changes/0");
    assertThat(change.at("/kind").asText()).isEqualTo("alert");
    assertThat(change.at("/device_id").asText()).isEqualTo("till");
    assertThat(change.at("/alert/id").asText()).isEqualTo(alert.id().toString());
    assertThat(change.at("/alert/rule").asText()).isEqualTo("LOW_BATTERY");
    assertThat(change.at("/alert/acknowledged_at").asText())
        .isEqualTo(world.clock.instant().toString());
    assertThat(change.at("/alert/acknowledged_by").asText())
        .isEqualTo(tenant.admin().userId().toString());
    assertThat(change.at("/alert/summary").asText()).isEqualTo("The battery is at 9 %.");
    assertThat(change.at("/alert").has("recovered_at")).isFalse();
  }

  @Test
  void whatADeviceWasAskedForIsNotTold() {
    tenant.device("till");
    Looking looking = look(world.changes, only("till"), null);
    looking.outlet().next();

    var action = tenant.ask("till");

    JsonNode frame =
        looking
            .outlet()
            .until(sent -> !sent.at("/changes").findValues("action").isEmpty())
            .getLast();
    JsonNode told = frame.at("/changes").findValues("action").getFirst();
    assertThat(told.at("/id").asText()).isEqualTo(action.id().value());
    assertThat(told.at("/state").asText()).isEqualTo("RUNNING");
    assertThat(told.has("params")).isFalse();
  }

  /// One message is on its way, what comes meanwhile is held and bounded, and others wait for
  /// nothing.
  @Test
  void whoDoesNotReadIsThinnedAndHoldsUpNobody() {
    Looking slow = look(world.changes, Watch.ofAll(), null);
    Looking quick = look(world.changes, Watch.ofAll(), null);
    slow.outlet().next();
    quick.outlet().next();
    slow.outlet().stopReading();
    tenant.device("first");
    slow.outlet().next();
    quick.outlet().next();

    List<Sighting> many = new ArrayList<>();
    for (int i = 0; i <= Coalescer.MOST; i++) {
      many.add(new Sighting(new DeviceId(Ids.next()), world.clock.instant(), 5, null));
    }
    slow.viewer().seen(many);
    tenant.device("second");

    assertThat(quick.outlet().next().findValuesAsText("device_id")).containsExactly("second");
    assertThat(slow.viewer().held()).isLessThanOrEqualTo(Coalescer.MOST);
    assertThat(slow.outlet().sent).isEmpty();

    slow.outlet().read();
    List<JsonNode> caughtUp =
        slow.outlet().until(frame -> frame.findValuesAsText("device_id").contains("second"));
    assertThat(caughtUp.stream().flatMap(frame -> frame.findValues("refresh").stream()))
        .isNotEmpty();
  }

  @Test
  void whoSendsAndDoesNotReadIsLetGo() {
    Looking looking = look(world.changes, Watch.ofAll(), null);
    looking.outlet().next();
    looking.outlet().stopReading();
    for (int i = 0; i <= Viewer.MOST_REPLIES + 1; i++) {
      looking.viewer().look(Watch.ofAll(), null);
    }
    assertThat(looking.outlet().goodbyes).contains(Outlet.Goodbye.ABUSE);
    assertThat(looking.viewer().isOver()).isTrue();
  }
}
