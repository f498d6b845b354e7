package dev.muster.server.dispatch;

import dev.muster.server.web.CurrentCaller;
import dev.muster.server.web.Page;
import dev.muster.server.web.Paging;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// What was done to hand out the commands of an action.
@Path("/api/actions/{action_id}/dispatches")
@Tag(name = "Actions")
@RunOnVirtualThread
public class DispatchResource {
  private final Dispatches dispatches;
  private final CurrentCaller caller;
  private final Paging paging;

  DispatchResource(Dispatches dispatches, CurrentCaller caller, Paging paging) {
    this.dispatches = dispatches;
    this.caller = caller;
    this.paging = paging;
  }

  @GET
  @Operation(
      summary = "List the tries to hand an action to its device, newest first",
      description = "Of each command the first 100 are kept.")
  public Page<CommandWire.DispatchRow> list(@PathParam("action_id") String action) {
    Dispatches.Listed found =
        dispatches.list(caller.get(), action, paging.limit(), paging.offset());
    return paging.page(found.count(), found.rows()).map(CommandWire.DispatchRow::of);
  }
}
