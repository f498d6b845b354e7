package dev.muster.server.live;

import dev.muster.server.action.Actions;
import dev.muster.server.compliance.Compliance;
import dev.muster.server.platform.Announcements;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Right;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The changes of an organization's devices and actions, of its alerts and of its devices'
/// compliance, in the order in which they were made.
///
/// To watch: take a cursor by [#now] (then read what is to be watched), and from then on ask
/// [#after] with the cursor of the page before; whenever a page says that there is no more,
/// [#await] first. What was in progress while the cursor was taken may be told although it was read
/// already; the last that is told of a device or an action is what it is.
@Singleton
public class Changes {
  /// Changes of a page at the most.
  public static final int MOST = 500;

  /// Some changes.
  ///
  /// @param next where to go on
  /// @param more whether there may be more at once
  public record Page(List<Change> changes, Cursor next, boolean more) {}

  private final ChangeReader reader;
  private final Settling settling;
  private final Follower follower;

  @Inject
  public Changes(
      Database database, Actions actions, Compliance compliance, Announcements announcements) {
    this(database, actions, compliance::of, announcements);
  }

  Changes(
      Database database, Actions actions, ChangeReader.States states, Announcements announcements) {
    this.reader = new ChangeReader(database, actions, states);
    this.settling = new Settling(database);
    this.follower = new Follower(settling, reader);
    announcements.listen(Appender.TOPIC, follower::hear, follower::hearAll);
  }

  void measure(@Observes StartupEvent event, MeterRegistry metrics) {
    Gauge.builder("muster.live.waiting", follower, Follower::waiting)
        .description("Watchers of this node that wait for the next change")
        .register(metrics);
  }

  @PreDestroy
  void close() {
    follower.close();
  }

  /// Where the log ends: nothing that is committed after this call is before it.
  public Cursor now(Caller caller) {
    caller.require(Right.READ);
    var _ = settling.look();
    return follower.settled();
  }

  /// The changes after `cursor` that the filter takes, `limit` of them (1 to [#MOST]) at the most.
  /// A page may be empty and yet lead further.
  ///
  /// @param cursor null for [#now], an empty page
  /// @throws dev.muster.server.platform.Refusal `cursor too old` when some are not kept any more,
  ///   or the cursor is from before a restore
  public Page after(Caller caller, @Nullable Cursor cursor, ChangeFilter filter, int limit) {
    caller.require(Right.READ);
    if (cursor == null) {
      return new Page(List.of(), now(caller), false);
    }
    OrganizationId organization = caller.organization();
    Tail tail = follower.tail(organization);
    Cursor settled = follower.settled();
    if (!cursor.epoch().equals(settled.epoch())) {
      throw ChangeReader.tooOld();
    }
    if (cursor.number() > settled.number()) {
      return ahead(cursor);
    }
    return tail.after(cursor.number())
        .map(recent -> page(recent.changes(), cursor.at(recent.end()), filter, limit))
        .orElseGet(() -> {
          ChangeReader.Read read =
              reader.read(organization, cursor.number(), settled.number(), Math.min(limit, MOST));
          Page page = page(read.changes(), cursor.at(read.upTo()), filter, limit);
          return new Page(page.changes(), page.next(), true);
        });
  }

  /// Another node knows more than this one by now; or the cursor is of a past that was undone.
  private Page ahead(Cursor cursor) {
    if (cursor.number() > settling.taken()) {
      var _ = settling.look();
      if (cursor.number() > settling.taken()) {
        throw ChangeReader.tooOld();
      }
    }
    return new Page(List.of(), cursor, false);
  }

  private static Page page(List<Change> changes, Cursor end, ChangeFilter filter, int limit) {
    List<Change> taken = new ArrayList<>();
    for (Change change : changes) {
      if (filter.takes(change)) {
        taken.add(change);
        if (taken.size() == limit) {
          return new Page(taken, end.at(change.number()), true);
        }
      }
    }
    return new Page(taken, end, false);
  }

  /// Blocks until there may be changes after the cursor, or the time is up; holds no connection
  /// meanwhile. For virtual threads, of which any number may wait.
  ///
  /// @return whether it is worth asking for them
  public boolean await(OrganizationId organization, Cursor cursor, Duration atMost) {
    try {
      return follower.tail(organization).await(cursor.number(), atMost);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
