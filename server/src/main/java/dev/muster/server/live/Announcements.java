package dev.muster.server.live;

import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Tells all nodes that an organization has changes: once for all that are committed within a few
/// milliseconds, and never what they are. One that is lost costs the time until the next look.
@Singleton
public final class Announcements {
  private static final String TOPIC = "live.changed";
  private static final Duration TOGETHER = Duration.ofMillis(5);

  private final Broadcast broadcast;
  private final Set<OrganizationId> due = ConcurrentHashMap.newKeySet();

  public Announcements(Broadcast broadcast) {
    this.broadcast = broadcast;
  }

  /// To be called after the commit.
  void changed(OrganizationId organization) {
    if (due.add(organization)) {
      Thread.ofVirtual().name("live-announcement").start(() -> send(organization));
    }
  }

  private void send(OrganizationId organization) {
    try {
      TimeUnit.NANOSECONDS.sleep(TOGETHER.toNanos());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    // first: what is committed from here on is announced anew
    due.remove(organization);
    broadcast.send(TOPIC, organization.toString());
  }

  /// Calls `heard` for each organization that has changes, and `missed` when some may not have been
  /// heard of.
  void listen(Consumer<OrganizationId> heard, Runnable missed) {
    broadcast.listen(TOPIC, text -> Ids.parse(text).map(OrganizationId::new).ifPresent(heard));
    broadcast.onReset(missed);
  }
}
