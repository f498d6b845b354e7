package dev.muster.server.audit;

import dev.muster.server.audit.SealStore.Seal;
import dev.muster.server.platform.AdvisoryLock;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.MasterKey;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.RecurringJob;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/// Gives each entry its place in the chain of its organization, soon after it is committed.
///
/// It takes what waits, and not what follows the last: an entry that is committed late comes late
/// into the chain, and none is passed over. A batch is one transaction, so a crash leaves a chain
/// that goes on where it ended. A lock of the cluster lets one batch be sealed at a time, also when
/// a job that was believed dead still runs. An entry that waits is protected by its own
/// authentication code meanwhile.
///
/// Rejected: chaining in the transaction of the change, which would let an organization make one
/// change at a time.
@Singleton
public final class SealingJob implements RecurringJob {
  static final String LOCK = "audit-seal";
  private static final int BATCH = 500;
  private static final int BATCHES_IN_A_RUN = 20;

  private final Database database;
  private final InstantSource clock;
  private final Seals seals;

  public SealingJob(Database database, InstantSource clock, MasterKey masterKey) {
    this.database = database;
    this.clock = clock;
    this.seals = new Seals(masterKey);
  }

  @Override
  public String name() {
    return "audit-seal";
  }

  @Override
  public JobClass jobClass() {
    return JobClass.MAINTAIN;
  }

  @Override
  public Duration every() {
    return Duration.ofSeconds(1);
  }

  @Override
  public void run() {
    for (int batch = 0; batch < BATCHES_IN_A_RUN; batch++) {
      if (seal(BATCH) < BATCH) {
        return;
      }
    }
  }

  /// Seals up to `most` entries and returns how many.
  int seal(int most) {
    return database.acrossOrganizations(handle -> {
      AdvisoryLock.hold(handle, LOCK);
      List<Entry> waiting = SealStore.waiting(handle, most);
      Map<OrganizationId, List<Entry>> logs =
          waiting.stream().collect(Collectors.groupingBy(Entry::organization));
      logs.forEach((organization, entries) -> append(handle, organization, entries));
      return waiting.size();
    });
  }

  /// Goes on after the last place that there is. The head follows it, unless it is not that place:
  /// then the log was tampered with, and the head stays as it is, for the verification to find.
  private void append(Handle handle, OrganizationId organization, List<Entry> entries) {
    Head last = SealStore.last(handle, organization);
    boolean whole =
        SealStore.head(handle, organization)
            .map(stored ->
                stored.head().equals(last)
                    && Seals.same(stored.mac(), seals.mac(organization, stored.head())))
            .orElse(last.equals(Head.NONE));
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    Head head = last;
    List<Seal> places = new ArrayList<>();
    for (Entry entry : entries) {
      long position = head.position() + 1;
      String hash = seals.hash(head.hash(), position, now, entry);
      places.add(new Seal(position, entry.id(), now, hash));
      head = new Head(position, hash);
    }
    SealStore.seal(handle, organization, places);
    if (whole) {
      SealStore.moveHead(handle, organization, head, seals.mac(organization, head));
    }
  }
}
