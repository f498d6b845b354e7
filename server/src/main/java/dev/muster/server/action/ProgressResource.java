package dev.muster.server.action;

import dev.muster.server.web.Bodies;
import dev.muster.server.web.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// What devices say of how far they are.
@Path("/v1/action-progress")
@Tag(name = "Devices themselves")
@RunOnVirtualThread
public class ProgressResource {
  private final Results results;
  private final CurrentCaller caller;

  ProgressResource(Results results, CurrentCaller caller) {
    this.results = results;
    this.caller = caller;
  }

  @POST
  @Operation(
      summary = "Say how far a command is",
      description =
          "The first one also says that the command has arrived. The answer says whether to stop.")
  public ResultWire.Heard progress(@Valid ResultWire.Progress body) {
    ResultWire.Progress said = Bodies.present(body);
    return new ResultWire.Heard(
        true,
        results.progress(
            caller.get(), said.deviceId(), said.requestId(), said.percent(), said.text()));
  }
}
