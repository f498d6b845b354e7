package dev.muster.server.task;

import dev.muster.protocol.Json;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Slice;
import dev.muster.server.task.TaskWire.CommentBody;
import dev.muster.server.task.TaskWire.HistoryBody;
import dev.muster.server.task.TaskWire.TaskBody;
import dev.muster.server.web.Bodies;
import dev.muster.server.web.CurrentCaller;
import dev.muster.server.web.Page;
import dev.muster.server.web.Paging;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jspecify.annotations.Nullable;

/// Tasks over REST.
@Path("/api/tasks")
@Tag(name = "Tasks")
@RunOnVirtualThread
final class TaskResource {
  private static final String DEVICE = "X-Device-ID";
  private static final List<String> IN_PLACE = List.of("position", "created_at");

  private final Tasks tasks;
  private final Comments comments;
  private final CurrentCaller caller;
  private final Paging paging;

  TaskResource(Tasks tasks, Comments comments, CurrentCaller caller, Paging paging) {
    this.tasks = tasks;
    this.comments = comments;
    this.caller = caller;
    this.paging = paging;
  }

  @GET
  @Operation(summary = "The tasks of the organization, by position unless ordered otherwise")
  public Page<TaskBody> list(
      @BeanParam TaskQuery query, @QueryParam("ordering") @Nullable String ordering) {
    Slice<TaskListStore.TaskRow> slice =
        tasks.list(
            caller.get(),
            query.toFilter(caller.get()),
            order(ordering),
            paging.limit(),
            paging.offset());
    return paging.page(slice.count(), slice.rows()).map(this::body);
  }

  @POST
  @ResponseStatus(201)
  @Operation(summary = "Make a task")
  public TaskBody create(@HeaderParam(DEVICE) @Nullable String device, Json.@Nullable Obj body) {
    return body(tasks.create(caller.get(), device, Bodies.present(body)));
  }

  @GET
  @Path("{id}")
  @Operation(summary = "One task")
  public TaskBody find(@PathParam("id") String id) {
    return body(tasks.find(caller.get(), task(id)));
  }

  @PATCH
  @Path("{id}")
  @Operation(summary = "Change a task; with `version`, only if it is the present one")
  public TaskBody change(
      @PathParam("id") String id,
      @HeaderParam(DEVICE) @Nullable String device,
      Json.@Nullable Obj body) {
    Json.Obj fields = Bodies.present(body);
    return body(tasks.change(caller.get(), device, task(id), fields, version(fields)));
  }

  @DELETE
  @Path("{id}")
  @Operation(summary = "Delete a task, until it is restored")
  public void delete(@PathParam("id") String id, @HeaderParam(DEVICE) @Nullable String device) {
    tasks.delete(caller.get(), device, task(id));
  }

  @POST
  @Path("{id}/restore")
  @Operation(summary = "Restore a task that was deleted")
  public TaskBody restore(
      @PathParam("id") String id, @HeaderParam(DEVICE) @Nullable String device) {
    return body(tasks.restore(caller.get(), device, task(id)));
  }

  @GET
  @Path("{id}/history")
  @Operation(summary = "What was done to a task, newest first, 500 entries at the most")
  public List<HistoryBody> history(@PathParam("id") String id) {
    return tasks.history(caller.get(), task(id)).stream().map(HistoryBody::of).toList();
  }

  @GET
  @Path("{id}/comments")
  @Operation(summary = "The comments on a task, oldest first, 500 at the most")
  public List<CommentBody> comments(@PathParam("id") String id) {
    return comments.of(caller.get(), task(id)).stream().map(CommentBody::of).toList();
  }

  private TaskBody body(TaskListStore.TaskRow row) {
    return TaskBody.of(row, caller.organization().toString());
  }

  static UUID task(String id) {
    return Ids.parse(id).orElseThrow(() -> Refusal.notFound("task"));
  }

  private static List<String> order(@Nullable String ordering) {
    if (ordering == null || ordering.isEmpty()) {
      return IN_PLACE;
    }
    List<String> order = Arrays.asList(ordering.split(","));
    for (String by : order) {
      if (!TaskListStore.ORDERS.containsKey(by.startsWith("-") ? by.substring(1) : by)) {
        throw Refusal.parameter(
            "ordering",
            "must be some of position, created_at, updated_at, due_date, title, priority, status, each"
                + " with - before it for the greatest first, with commas between them");
      }
    }
    return order;
  }

  private static @Nullable Long version(Json.Obj fields) {
    Json version = fields.fields().get("version");
    if (version == null || version instanceof Json.Null) {
      return null;
    }
    if (version instanceof Json.Num number && number.value().scale() <= 0) {
      return number.value().longValue();
    }
    throw Refusal.invalid("version", "must be a whole number");
  }
}
