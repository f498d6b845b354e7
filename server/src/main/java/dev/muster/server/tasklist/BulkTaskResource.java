package dev.muster.server.tasklist;

import dev.muster.protocol.Json;
import dev.muster.server.platform.Refusal;
import dev.muster.server.task.TaskFields;
import dev.muster.server.web.Bodies;
import dev.muster.server.web.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/// Many tasks changed by one request, over REST.
@Path("/api/tasks")
@Tag(name = "Tasks")
@RunOnVirtualThread
final class BulkTaskResource {
  private static final String IDS = "must be an array of 1 to 500 ids";
  private static final String ACT = "must be delete or restore; or give set instead";

  /// What to do, with which tasks.
  ///
  /// @param set fields as PATCH takes them, without `version`
  @Schema(name = "BulkTasks")
  record BulkBody(
      @NotNull(message = IDS) @Size(min = 1, max = BulkTasks.MOST, message = IDS) List<UUID> ids,
      @Schema(implementation = Object.class) Json.@Nullable Obj set,
      @Nullable @Pattern(regexp = "delete|restore", message = ACT) String operation) {
    BulkTasks.Act toAct() {
      if ((set == null) == (operation == null)) {
        throw Refusal.invalid("operation", ACT);
      }
      if (set == null) {
        return "delete".equals(operation)
            ? new BulkTasks.Act.Delete()
            : new BulkTasks.Act.Restore();
      }
      if (set.fields().containsKey("version")) {
        throw Refusal.invalid("set.version", "must be left out: each task has its own");
      }
      try {
        return new BulkTasks.Act.Change(TaskFields.checked(set));
      } catch (Refusal refusal) {
        throw Refusal.invalid(
            refusal.fields().stream()
                .map(field -> new Refusal.FieldError("set." + field.field(), field.message()))
                .toList());
      }
    }
  }

  private final BulkTasks bulk;
  private final CurrentCaller caller;

  BulkTaskResource(BulkTasks bulk, CurrentCaller caller) {
    this.bulk = bulk;
    this.caller = caller;
  }

  @POST
  @Path("bulk")
  @Operation(
      summary = "Change, delete or restore up to 500 tasks, each for itself",
      description =
          "200 also when some are refused: failed has the code and detail that a request for that"
              + " task alone would have had. All that succeed are changed at once, or none of them.")
  public BulkTasks.Outcome bulk(
      @HeaderParam("X-Device-ID") @Nullable String device, @Valid @Nullable BulkBody body) {
    BulkBody wanted = Bodies.present(body);
    return bulk.apply(caller.get(), device, new LinkedHashSet<>(wanted.ids()), wanted.toAct());
  }
}
