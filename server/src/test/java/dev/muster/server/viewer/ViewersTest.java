package dev.muster.server.viewer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.device.DeviceId;
import dev.muster.server.live.LiveWorld;
import dev.muster.server.live.LiveWorld.Tenant;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Role;
import dev.muster.server.telemetry.Heartbeat;
import dev.muster.server.testing.Tenants;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

@TestInstance(Lifecycle.PER_CLASS)
class ViewersTest {
  private static final int MOST = 3;

  private final LiveWorld world = new LiveWorld();
  private Tenant tenant = world.tenant();
  private final Set<String> expired = new HashSet<>();
  private final Set<String> demoted = new HashSet<>();
  private boolean unavailable;
  private final Sightings sightings = new Sightings(world.broadcast());
  private final Viewers viewers = node(sightings);

  /// What one test has told the nodes may come while the next is at work.
  @BeforeEach
  void newTenant() {
    tenant = world.tenant();
  }

  @AfterAll
  void close() {
    world.close();
  }

  private Viewers node(Sightings sightings) {
    return new Viewers(
        world.clock,
        (_, credential) -> {
          if (unavailable) {
            throw Refusal.unavailable("Not now.", Duration.ofSeconds(1), null);
          }
          if (expired.contains(credential)) {
            throw Refusal.unauthenticated("Expired.");
          }
          if (demoted.contains(credential)) {
            throw Refusal.forbidden("Not any more.");
          }
        },
        world.changes,
        sightings,
        new ViewerMeters(new SimpleMeterRegistry()),
        MOST);
  }

  private Caller.Person somebody() {
    return Tenants.person(tenant.admin().organization(), Role.VIEWER);
  }

  @Test
  void whoseCredentialEndsIsLetGoAndNobodyElse() {
    FakeOutlet ended = new FakeOutlet();
    FakeOutlet fewer = new FakeOutlet();
    FakeOutlet good = new FakeOutlet();
    viewers.open(somebody(), "ends", ended);
    viewers.open(somebody(), "demoted", fewer);
    Viewer stays = viewers.open(somebody(), "good", good);
    int before = viewers.count();
    viewers.look();
    assertThat(ended.goodbyes).isEmpty();

    expired.add("ends");
    demoted.add("demoted");
    viewers.look();

    assertThat(ended.goodbyes).containsExactly(Outlet.Goodbye.UNAUTHENTICATED);
    assertThat(fewer.goodbyes).containsExactly(Outlet.Goodbye.FORBIDDEN);
    assertThat(good.goodbyes).isEmpty();
    assertThat(viewers.count()).isEqualTo(before - 2);
    unavailable = true;
    viewers.look();
    unavailable = false;
    assertThat(good.goodbyes).isEmpty();
    viewers.closed(stays);
  }

  @Test
  void aCredentialThatEndedDuringTheHandshakeLetsNobodyIn() {
    FakeOutlet outlet = new FakeOutlet();
    expired.add("just ended");

    assertThat(viewers.open(somebody(), "just ended", outlet).isOver()).isTrue();

    assertThat(outlet.goodbyes).containsExactly(Outlet.Goodbye.UNAUTHENTICATED);
  }

  @Test
  void oneHasSoManyConnectionsAndNoMoreUntilOneIsClosed() {
    Caller.Person person = somebody();
    FakeOutlet last = new FakeOutlet();
    Viewer first = viewers.open(person, "c", new FakeOutlet());
    viewers.open(person, "c", new FakeOutlet());
    assertThat(viewers.isFull(person)).isFalse();
    viewers.open(person, "c", new FakeOutlet());
    assertThat(viewers.isFull(person)).isTrue();
    assertThat(viewers.isFull(somebody())).isFalse();

    viewers.open(person, "c", last);
    assertThat(last.goodbyes).containsExactly(Outlet.Goodbye.TOO_MANY);

    viewers.closed(first);
    viewers.closed(first);
    assertThat(viewers.isFull(person)).isFalse();
    FakeOutlet again = new FakeOutlet();
    viewers.open(person, "c", again);
    assertThat(again.goodbyes).isEmpty();
    assertThat(viewers.isFull(person)).isTrue();
  }

  @Test
  void whoAnswersNoPingIsLetGo() {
    FakeOutlet silent = new FakeOutlet();
    FakeOutlet alive = new FakeOutlet();
    viewers.open(somebody(), "s", silent);
    Viewer heard = viewers.open(somebody(), "a", alive);
    viewers.sweep();
    assertThat(silent.pings).isEqualTo(1);

    world.clock.advance(Viewers.SILENCE);
    viewers.heard(heard);
    viewers.sweep();

    assertThat(silent.goodbyes).containsExactly(Outlet.Goodbye.SILENT);
    assertThat(alive.goodbyes).isEmpty();
    assertThat(alive.pings).isEqualTo(2);
    viewers.closed(heard);
  }

  @Test
  void aHeartbeatIsToldToThoseWhoLookAtItsDevice() {
    DeviceId till = new DeviceId(Ids.next());
    DeviceId door = new DeviceId(Ids.next());
    FakeOutlet all = new FakeOutlet();
    FakeOutlet one = new FakeOutlet();
    FakeOutlet none = new FakeOutlet();
    look(viewers, sightings, all, Watch.ofAll());
    look(viewers, sightings, one, new Watch(Set.of("till"), Set.of(till), Set.of(Kind.SEEN)));
    look(viewers, sightings, none, new Watch(Set.of(), Set.of(), Set.of(Kind.DEVICE)));

    store(sightings, List.of(heartbeat(till, 80), heartbeat(door, 20)));
    store(sightings, List.of(heartbeat(till, 79)));
    sightings.flush();

    assertThat(one.next().at("/changes").findValuesAsText("battery_pct")).containsExactly("79");
    assertThat(all.next().at("/changes").findValuesAsText("battery_pct"))
        .containsExactlyInAnyOrder("79", "20");
    assertThat(none.sent).isEmpty();
  }

  @Test
  void aHeartbeatOfAnotherNodeIsToldToo() {
    Sightings ingesting = new Sightings(world.broadcast());
    DeviceId till = new DeviceId(Ids.next());
    FakeOutlet outlet = new FakeOutlet();
    look(viewers, sightings, outlet, Watch.ofAll());

    // again and again until the interest has come there, as heartbeats do
    for (int i = 0; i < 100_000 && outlet.sent.isEmpty(); i++) {
      store(ingesting, List.of(heartbeat(till, 42)));
      ingesting.flush();
      Thread.onSpinWait();
    }

    assertThat(outlet.next().at("/changes/0/battery_pct").asInt()).isEqualTo(42);
  }

  private void look(Viewers node, Sightings by, FakeOutlet outlet, Watch watch) {
    Viewer viewer = node.open(somebody(), "good", outlet);
    viewer.look(watch, null);
    by.follow(viewer);
    outlet.next();
  }

  private void store(Sightings by, List<Heartbeat> heartbeats) {
    Database database = world.database;
    database.acrossOrganizations(handle -> {
      by.stored(handle, heartbeats, List.of());
      return true;
    });
  }

  private Heartbeat heartbeat(DeviceId device, int battery) {
    return new Heartbeat(
        tenant.admin().organization(),
        device,
        world.clock.instant(),
        world.clock.instant(),
        world.clock.instant(),
        new Heartbeat.Readings(
            new Heartbeat.Power(battery, true, null),
            new Heartbeat.Memory(null, null, null),
            null,
            null,
            null,
            null,
            null),
        "{}",
        Heartbeat.Detail.of("{}"));
  }
}
