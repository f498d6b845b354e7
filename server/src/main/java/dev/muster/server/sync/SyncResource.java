package dev.muster.server.sync;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.muster.protocol.Json;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import dev.muster.server.platform.Slice;
import dev.muster.server.task.TaskWire;
import dev.muster.server.task.Tombstone;
import dev.muster.server.web.Bodies;
import dev.muster.server.web.CurrentCaller;
import dev.muster.server.web.Page;
import dev.muster.server.web.Paging;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/// Push and pull over REST.
@Path("/api/sync")
@Tag(name = "Sync")
@RunOnVirtualThread
final class SyncResource {
  private static final String CLIENT = "X-Client-Version";
  private static final int LIMIT = 100;
  private static final int MOST = 500;
  private static final int LONGEST_CLIENT = 100;

  /// @param timestamp when it is sent, by the device's clock, in milliseconds
  /// @param changes `{tasks?: […], comments?: […]}`, each item `{id, operation, data}`
  record PushBody(
      @Nullable String deviceId,
      @Schema(implementation = Long.class) @Nullable Object timestamp,
      @JsonDeserialize(using = ChangesReader.class) @Schema(implementation = Object.class)
          Json.@Nullable Obj changes) {}

  record PushAnswer(
      boolean success,
      int processed,
      List<ConflictBody> conflicts,
      Map<String, Long> serverVectorClock,
      long timestamp) {}

  record ConflictBody(
      String entityType,
      String entityId,
      String conflictReason,
      @Schema(implementation = Object.class) Json.@Nullable Obj serverVersion,
      Map<String, Long> serverVectorClock) {}

  @JsonNaming(SnakeCaseStrategy.class)
  record TombstoneBody(
      UUID id,
      String entityType,
      UUID entityId,
      @Nullable UUID deletedBy,
      @Nullable UUID deletedFromDevice,
      Map<String, Long> vectorClock,
      long createdAt,
      long expiresAt) {
    static TombstoneBody of(Tombstone tombstone) {
      return new TombstoneBody(
          tombstone.id(),
          tombstone.kind().wireName(),
          tombstone.entity(),
          tombstone.deletedBy(),
          tombstone.deletedFromDevice(),
          tombstone.clock().components(),
          tombstone.createdAt().toEpochMilli(),
          tombstone.expiresAt().toEpochMilli());
    }
  }

  /// @param timestamp to send as the next `since`; a number of changes, not a time to be shown
  record PullAnswer(
      List<TaskWire.TaskBody> tasks,
      List<TaskWire.CommentBody> comments,
      List<TombstoneBody> tombstones,
      Map<String, Long> serverVectorClock,
      boolean hasMore,
      long timestamp,
      UUID epoch,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Boolean resyncRequired) {}

  /// @param dryRun only to count
  record CleanupBody(@Nullable Boolean dryRun) {}

  /// What was forgotten, or would be.
  record CleanupAnswer(boolean dryRun, long tombstones, long syncLogs, long conflicts) {}

  private final Pushes pushes;
  private final Pulls pulls;
  private final Cleanup cleanup;
  private final CurrentCaller caller;
  private final Paging paging;

  SyncResource(Pushes pushes, Pulls pulls, Cleanup cleanup, CurrentCaller caller, Paging paging) {
    this.pushes = pushes;
    this.pulls = pulls;
    this.cleanup = cleanup;
    this.caller = caller;
    this.paging = paging;
  }

  @POST
  @Path("push")
  @Operation(summary = "Take what a device did; what does not merge becomes a conflict")
  public PushAnswer push(
      @Nullable PushBody body,
      @HeaderParam("X-Device-ID") @Nullable String header,
      @HeaderParam(CLIENT) @Nullable String client) {
    PushBody push = Bodies.present(body);
    String device = push.deviceId() == null ? header : push.deviceId();
    Json.Obj changes = push.changes() == null ? Json.obj(Map.of()) : push.changes();
    Pushes.Outcome outcome =
        pushes.push(
            caller.get(),
            device == null ? "" : device,
            changes,
            push.timestamp() instanceof Number sentAt ? sentAt.longValue() : null,
            version(client));
    return new PushAnswer(
        true,
        outcome.processed(),
        outcome.conflicts().stream()
            .map(told ->
                new ConflictBody(
                    told.entityType(),
                    told.entityId(),
                    told.conflictReason(),
                    told.serverVersion(),
                    told.serverVectorClock()))
            .toList(),
        outcome.clock().components(),
        outcome.at().toEpochMilli());
  }

  @GET
  @Path("pull")
  @Operation(summary = "What has changed since the cursor of the last pull")
  public PullAnswer pull(
      @QueryParam("since") @Nullable String since,
      @QueryParam("limit") @Nullable String limit,
      @HeaderParam("X-Device-ID") @Nullable String device,
      @HeaderParam(CLIENT) @Nullable String client) {
    caller.get().require(Right.READ);
    Pulls.Outcome outcome =
        pulls.pull(
            caller.get(),
            device == null ? "" : device,
            number("since", since, -1, 0, Long.MAX_VALUE),
            (int) number("limit", limit, LIMIT, 1, MOST),
            version(client));
    var changes = outcome.changes();
    return new PullAnswer(
        changes.tasks(),
        changes.comments(),
        changes.tombstones().stream().map(TombstoneBody::of).toList(),
        outcome.clock().components(),
        changes.hasMore(),
        changes.cursor(),
        outcome.epoch(),
        outcome.resync() ? true : null);
  }

  @GET
  @Path("logs")
  @Operation(summary = "Pushes and pulls of the last 30 days, newest first")
  public Page<SyncLog> logs() {
    Slice<SyncLog> slice = pulls.logs(caller.get(), paging.limit(), paging.offset());
    return paging.page(slice.count(), slice.rows());
  }

  @POST
  @Path("cleanup")
  @Operation(
      summary = "Forget old tombstones, logs and resolved conflicts at once, or count them",
      description = "Those that are kept no longer, which are forgotten by themselves too.")
  public CleanupAnswer cleanup(@Nullable CleanupBody body) {
    boolean dry = body != null && Boolean.TRUE.equals(body.dryRun());
    Cleanup.Counts counts = cleanup.run(caller.get(), dry);
    return new CleanupAnswer(dry, counts.tombstones(), counts.syncLogs(), counts.conflicts());
  }

  private static @Nullable String version(@Nullable String client) {
    return client == null || client.length() <= LONGEST_CLIENT
        ? client
        : client.substring(0, LONGEST_CLIENT);
  }

  private static long number(
      String name, @Nullable String text, long otherwise, long least, long most) {
    if (text == null || text.isEmpty()) {
      if (otherwise >= least) {
        return otherwise;
      }
      throw Refusal.parameter(name, "must be the timestamp of the last pull, or 0 for everything");
    }
    try {
      long value = Long.parseLong(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException _) {
      // refused below
    }
    throw Refusal.parameter(
        name,
        most == Long.MAX_VALUE
            ? "must be a whole number from " + least
            : "must be a whole number from " + least + " to " + most);
  }
}
