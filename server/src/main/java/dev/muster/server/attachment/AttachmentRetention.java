package dev.muster.server.attachment;

import dev.muster.server.attachment.SweepStore.Owner;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.RecurringJob;
import dev.muster.server.platform.Settings;
import dev.muster.server.task.Tasks;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/// Deletes uploads that stand still and the attachments of tasks that were deleted long ago, in
/// small transactions.
@Singleton
public class AttachmentRetention implements RecurringJob {
  /// With a hundred chunks each a transaction is a few seconds.
  private static final int FILES = 20;

  private static final int TASKS = 500;

  private final Database database;
  private final InstantSource clock;
  private final Tasks tasks;
  private final Duration unfinished;
  private final Duration ofDeletedTasks;

  public AttachmentRetention(
      Database database, InstantSource clock, Tasks tasks, Settings settings) {
    this.database = database;
    this.clock = clock;
    this.tasks = tasks;
    this.unfinished = settings.retention().unfinishedUploads();
    this.ofDeletedTasks = settings.retention().attachmentsOfDeletedTasks();
  }

  @Override
  public String name() {
    return "forget-attachments";
  }

  @Override
  public JobClass jobClass() {
    return JobClass.MAINTAIN;
  }

  @Override
  public Duration every() {
    return Duration.ofHours(1);
  }

  @Override
  public void run() {
    Instant now = clock.instant();
    int gone;
    do {
      gone =
          database.acrossOrganizations(
              handle -> SweepStore.deleteUnfinished(handle, now.minus(unfinished), FILES));
    } while (gone > 0 && !Thread.currentThread().isInterrupted());
    forgetDeletedTasks(now.minus(ofDeletedTasks));
  }

  private void forgetDeletedTasks(Instant before) {
    Owner last = SweepStore.FIRST;
    List<Owner> owners;
    do {
      Owner after = last;
      owners = database.acrossOrganizations(handle -> SweepStore.owners(handle, after, TASKS));
      Map<OrganizationId, List<UUID>> byOrganization =
          owners.stream()
              .collect(
                  Collectors.groupingBy(
                      Owner::organization, Collectors.mapping(Owner::task, Collectors.toList())));
      byOrganization.forEach((organization, ids) -> forget(organization, ids, before));
      last = owners.isEmpty() ? last : owners.getLast();
    } while (owners.size() == TASKS && !Thread.currentThread().isInterrupted());
  }

  private void forget(OrganizationId organization, List<UUID> of, Instant before) {
    int gone;
    do {
      gone =
          database.in(
              organization,
              handle -> {
                List<UUID> deleted = tasks.deletedBefore(handle, organization, of, before);
                return deleted.isEmpty()
                    ? 0
                    : SweepStore.deleteOf(handle, organization, deleted, FILES);
              });
    } while (gone > 0 && !Thread.currentThread().isInterrupted());
  }
}
