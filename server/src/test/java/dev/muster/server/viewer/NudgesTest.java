package dev.muster.server.viewer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.live.LiveWorld;
import dev.muster.server.platform.Announcements;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Role;
import dev.muster.server.task.ChangeNumbers;
import dev.muster.server.testing.Tenants;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

@TestInstance(Lifecycle.PER_CLASS)
class NudgesTest {
  private final LiveWorld world = new LiveWorld();
  private final Nudges nudges =
      new Nudges(
          world.clock,
          (_, _) -> {},
          new ChangeNumbers(new Announcements(world.broadcast())),
          3,
          new SimpleMeterRegistry());
  private long now;

  @AfterAll
  void close() {
    world.close();
  }

  private OrganizationId organization() {
    return world.tenant().admin().organization();
  }

  /// Somebody who has been connected for a while.
  private FakeOutlet listener(OrganizationId organization) {
    FakeOutlet outlet = new FakeOutlet();
    nudges.open(Tenants.person(organization, Role.MEMBER), "c", outlet);
    assertThat(outlet.sent).containsExactly(Nudges.CHANGED);
    outlet.sent.clear();
    return outlet;
  }

  @Test
  void anOrganizationIsToldOnceASecondOfAllThatCameInIt() {
    OrganizationId own = organization();
    FakeOutlet outlet = listener(own);
    FakeOutlet stranger = listener(organization());

    nudges.changed(own);
    nudges.changed(own);
    nudges.flush(now);
    assertThat(outlet.sent).containsExactly(Nudges.CHANGED);

    nudges.changed(own);
    nudges.flush(now + Nudges.EACH - 1);
    assertThat(outlet.sent).hasSize(1);
    nudges.flush(now + Nudges.EACH);
    assertThat(outlet.sent).hasSize(2);

    now += 3 * Nudges.EACH;
    nudges.flush(now);
    assertThat(outlet.sent).hasSize(2);
    assertThat(stranger.sent).isEmpty();
  }

  @Test
  void aChangeOfAnotherNodeIsToldToo() {
    OrganizationId own = organization();
    FakeOutlet outlet = listener(own);
    Announcements elsewhere = new Announcements(world.broadcast());

    // again and again until this node listens
    for (int i = 0; i < 100_000 && outlet.sent.isEmpty(); i++) {
      elsewhere.changed("task.changed", own);
      nudges.flush(now += Nudges.EACH);
      Thread.onSpinWait();
    }

    assertThat(outlet.next().at("/type").asText()).isEqualTo("changed");
  }

  @Test
  void whoReadsSlowlyIsToldOnceOfAllThatCameMeanwhile() {
    OrganizationId own = organization();
    FakeOutlet outlet = listener(own);
    outlet.stopReading();
    for (int i = 0; i < 5; i++) {
      nudges.changed(own);
      nudges.flush(now += Nudges.EACH);
    }
    assertThat(outlet.sent).hasSize(1);

    outlet.read();

    assertThat(outlet.sent).hasSize(2);
  }

  @Test
  void whoIsGoneIsToldNothing() {
    OrganizationId own = organization();
    FakeOutlet outlet = new FakeOutlet();
    Nudges.Listener gone = nudges.open(Tenants.person(own, Role.MEMBER), "c", outlet);
    nudges.closed(gone);

    nudges.changed(own);
    nudges.flush(now += Nudges.EACH);

    assertThat(outlet.sent).hasSize(1);
  }
}
