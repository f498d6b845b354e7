package dev.muster.server.task;

import dev.muster.server.platform.Announcements;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/// Gives changes their numbers, and, when they are committed, has all nodes hear that the
/// organization has changes to be pulled.
@Singleton
public final class ChangeNumbers {
  private static final String TOPIC = "task.changed";

  private final Announcements announcements;

  public ChangeNumbers(Announcements announcements) {
    this.announcements = announcements;
  }

  /// See [ChangeNumberStore#take].
  long take(Handle handle, OrganizationId organization, int count) {
    handle.afterCommit(() -> announcements.changed(TOPIC, organization));
    return ChangeNumberStore.take(handle, organization, count);
  }

  /// Calls `heard` for each organization that has changes, and `missed` when some may not have been
  /// heard of. It is no more than a hint: who has not heard finds the changes at the next pull.
  public void listen(Consumer<OrganizationId> heard, Runnable missed) {
    announcements.listen(TOPIC, heard, missed);
  }
}
