package dev.muster.server.task;

import dev.muster.server.platform.Ids;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Slice;
import dev.muster.server.task.TaskWire.CommentBody;
import dev.muster.server.task.TaskWire.CommentPatch;
import dev.muster.server.task.TaskWire.NewComment;
import dev.muster.server.web.Bodies;
import dev.muster.server.web.CurrentCaller;
import dev.muster.server.web.Page;
import dev.muster.server.web.Paging;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jspecify.annotations.Nullable;

/// Comments over REST.
@Path("/api/comments")
@Tag(name = "Tasks")
@RunOnVirtualThread
final class CommentResource {
  private static final String DEVICE = "X-Device-ID";

  private final Comments comments;
  private final CurrentCaller caller;
  private final Paging paging;

  CommentResource(Comments comments, CurrentCaller caller, Paging paging) {
    this.comments = comments;
    this.caller = caller;
    this.paging = paging;
  }

  @GET
  @Operation(summary = "The comments of the organization, newest first")
  public Page<CommentBody> list() {
    Slice<TaskListStore.CommentRow> slice =
        comments.list(caller.get(), paging.limit(), paging.offset());
    return paging.page(slice.count(), slice.rows()).map(CommentBody::of);
  }

  @POST
  @ResponseStatus(201)
  @Operation(summary = "Comment on a task, or answer a comment on it")
  public CommentBody create(@HeaderParam(DEVICE) @Nullable String device, @Valid NewComment body) {
    NewComment comment = Bodies.present(body);
    return CommentBody.of(
        comments.create(caller.get(), device, comment.task(), comment.parent(), comment.content()));
  }

  @GET
  @Path("{id}")
  @Operation(summary = "One comment")
  public CommentBody find(@PathParam("id") String id) {
    return CommentBody.of(comments.find(caller.get(), comment(id)));
  }

  @PATCH
  @Path("{id}")
  @Operation(summary = "Change what a comment says")
  public CommentBody change(
      @PathParam("id") String id,
      @HeaderParam(DEVICE) @Nullable String device,
      @Valid CommentPatch body) {
    return CommentBody.of(
        comments.change(caller.get(), device, comment(id), Bodies.present(body).content()));
  }

  @DELETE
  @Path("{id}")
  @Operation(summary = "Delete a comment")
  public void delete(@PathParam("id") String id, @HeaderParam(DEVICE) @Nullable String device) {
    comments.delete(caller.get(), device, comment(id));
  }

  private static UUID comment(String id) {
    return Ids.parse(id).orElseThrow(() -> Refusal.notFound("comment"));
  }
}
