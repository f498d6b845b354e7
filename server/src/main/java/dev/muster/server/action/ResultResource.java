package dev.muster.server.action;

import dev.muster.server.web.Bodies;
import dev.muster.server.web.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// What devices say came of their commands.
@Path("/v1/action-result")
@Tag(name = "Devices themselves")
@RunOnVirtualThread
public class ResultResource {
  private final Results results;
  private final CurrentCaller caller;

  ResultResource(Results results, CurrentCaller caller) {
    this.results = results;
    this.caller = caller;
  }

  @POST
  @Operation(
      summary = "Say what came of a command",
      description = "May be repeated: the first one counts.")
  public ResultWire.Recorded result(@Valid ResultWire.Result body) {
    ResultWire.Result said = Bodies.present(body);
    return new ResultWire.Recorded(
        true,
        results.record(caller.get(), said.deviceId(), said.toResult())
            ? "Result recorded"
            : "Already processed (idempotent)");
  }
}
