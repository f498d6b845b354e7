package dev.muster.server.platform;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Tells all nodes that an organization has changes of some topic: once for all that are committed
/// within 25 ms, and never what they are. One that is lost costs the time until the next look.
@Singleton
public final class Announcements {
  private static final Duration TOGETHER = Duration.ofMillis(25);

  private record Due(String topic, OrganizationId organization) {}

  private final Broadcast broadcast;
  private final Set<Due> all = ConcurrentHashMap.newKeySet();

  public Announcements(Broadcast broadcast) {
    this.broadcast = broadcast;
  }

  /// To be called after the commit.
  public void changed(String topic, OrganizationId organization) {
    Due due = new Due(topic, organization);
    if (all.add(due)) {
      Thread.ofVirtual().name("announcement").start(() -> send(due));
    }
  }

  private void send(Due due) {
    try {
      TimeUnit.NANOSECONDS.sleep(TOGETHER.toNanos());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    // first: what is committed from here on is announced anew
    all.remove(due);
    broadcast.send(due.topic(), due.organization().toString());
  }

  /// Calls `heard` for each organization that has changes, and `missed` when some may not have been
  /// heard of.
  public void listen(String topic, Consumer<OrganizationId> heard, Runnable missed) {
    broadcast.listen(topic, text -> Ids.parse(text).map(OrganizationId::new).ifPresent(heard));
    broadcast.onReset(missed);
  }
}
