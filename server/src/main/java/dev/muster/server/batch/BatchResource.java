package dev.muster.server.batch;

import dev.muster.server.platform.Slice;
import dev.muster.server.web.CurrentCaller;
import dev.muster.server.web.Page;
import dev.muster.server.web.Paging;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jspecify.annotations.Nullable;

/// Batches on REST.
@Path("/api/action-batches")
@Tag(name = "Actions")
@RunOnVirtualThread
public class BatchResource {
  private final Batches batches;
  private final CurrentCaller caller;
  private final Paging paging;

  BatchResource(Batches batches, CurrentCaller caller, Paging paging) {
    this.batches = batches;
    this.caller = caller;
    this.paging = paging;
  }

  @GET
  @Operation(summary = "List batches of actions, newest first", description = "Without refusals.")
  public Page<BatchWire.Row> list() {
    Slice<Batch.Overview> found = batches.list(caller.get(), paging.limit(), paging.offset());
    return paging.page(found.count(), found.rows()).map(BatchWire.Row::of);
  }

  @GET
  @Path("{batch_id}")
  @Operation(
      summary = "Show a batch: how far it is, its actions by state, and the first 100 refusals",
      description = "Its actions themselves are those of GET /api/actions/?batch=<batch_id>.")
  public BatchWire.Row show(@PathParam("batch_id") String batch) {
    return BatchWire.Row.of(batches.show(caller.get(), batch));
  }

  @POST
  @Path("{batch_id}/cancel")
  @ResponseStatus(202)
  @Operation(
      summary =
          "Cancel a batch: no more of its actions are made, and those that have not ended are cancelled",
      description = "In the background; cancelling it again changes nothing.")
  public BatchWire.Row cancel(
      @PathParam("batch_id") String batch, @Valid BatchWire.@Nullable Cancellation body) {
    return BatchWire.Row.of(
        batches.cancel(caller.get(), batch, body == null ? null : body.reason()));
  }
}
