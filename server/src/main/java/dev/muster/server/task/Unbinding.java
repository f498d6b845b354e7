package dev.muster.server.task;

import dev.muster.protocol.Json;
import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceChanges;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// Unbinds the tasks that were about a device that is erased: the work stays, and who synchronizes
/// hears of it. At the end of the erasure, because nobody of the organization gets a number of a
/// change from then until it has committed. A device that is retired keeps its tasks, such as the
/// one to fetch it.
@Singleton
public class Unbinding implements DeviceChanges {
  private static final int CHUNK = 500;

  private final Replica replica;
  private final InstantSource clock;

  public Unbinding(Replica replica, InstantSource clock) {
    this.replica = replica;
    this.clock = clock;
  }

  @Override
  public void erased(Handle handle, OrganizationId organization, Device device) {
    UUID id = device.id().value();
    Instant now = clock.instant();
    List<Replica.Edit<Task>> edits = new ArrayList<>();
    for (Task bound : TaskStore.lockOf(handle, organization, id)) {
      if (!bound.stamp().isDeleted()) {
        Task free = TaskFields.set(bound, Map.of(TaskFields.DEVICE, Json.NULL));
        edits.add(new Replica.Edit<>(bound, free.with(bound.stamp().edited(null, null, now))));
      }
    }
    TaskStore.unbindDeleted(handle, organization, id);
    for (int from = 0; from < edits.size(); from += CHUNK) {
      List<Replica.Edit<Task>> some = edits.subList(from, Math.min(edits.size(), from + CHUNK));
      var _ = replica.write(handle, Author.server(organization), some, List.of(), now);
    }
  }
}
