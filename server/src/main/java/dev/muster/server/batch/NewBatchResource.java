package dev.muster.server.batch;

import dev.muster.server.web.Bodies;
import dev.muster.server.web.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

/// Asking many devices to do something, on REST.
@Path("/api/actions/batch")
@Tag(name = "Actions")
@RunOnVirtualThread
public class NewBatchResource {
  private final Batches batches;
  private final CurrentCaller caller;

  NewBatchResource(Batches batches, CurrentCaller caller) {
    this.batches = batches;
    this.caller = caller;
  }

  @POST
  @ResponseStatus(202)
  @Operation(
      summary = "Ask up to 50,000 devices to do something",
      description =
          "device_ids, groups or filter says which devices; they are fixed now, and the actions follow in"
              + " the background. The same client_token again is the same batch. A WIPE is confirmed by"
              + " params.confirm \"wipe <number of devices>\".")
  public BatchWire.Accepted initiate(@Valid BatchWire.Creation body) {
    BatchWire.Creation wanted = Bodies.present(body);
    Batch batch = batches.initiate(caller.get(), wanted.request(), wanted.selector());
    return new BatchWire.Accepted(batch.id().toString(), batch.devices());
  }
}
