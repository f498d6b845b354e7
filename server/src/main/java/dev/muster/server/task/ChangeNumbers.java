package dev.muster.server.task;

import dev.muster.server.platform.Announcements;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/// Has all nodes hear that an organization has changes to be pulled, when they are committed.
@Singleton
public final class ChangeNumbers {
  private static final String TOPIC = "task.changed";

  private final Announcements announcements;

  public ChangeNumbers(Announcements announcements) {
    this.announcements = announcements;
  }

  /// The transaction writes changes.
  void announce(Handle handle, OrganizationId organization) {
    handle.afterCommit(() -> announcements.changed(TOPIC, organization));
  }

  /// Calls `heard` for each organization that has changes, and `missed` when some may not have been
  /// heard of. It is no more than a hint: who has not heard finds the changes at the next pull.
  public void listen(Consumer<OrganizationId> heard, Runnable missed) {
    announcements.listen(TOPIC, heard, missed);
  }
}
