package dev.muster.server.action;

import dev.muster.server.web.Bodies;
import dev.muster.server.web.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

/// Asking a device to do something, on REST.
@Path("/api/devices/{device_id}/actions")
@Tag(name = "Actions")
@RunOnVirtualThread
public class DeviceActionResource {
  private final Actions actions;
  private final Waitings waitings;
  private final CurrentCaller caller;

  DeviceActionResource(Actions actions, Waitings waitings, CurrentCaller caller) {
    this.actions = actions;
    this.waitings = waitings;
    this.caller = caller;
  }

  @POST
  @Operation(
      summary = "Ask a device to do something",
      description =
          "It begins at once when nothing runs on the device, else it waits for its turn (queue false:"
              + " 409). The same client_token again is the same action. docs/actions.md has the types and"
              + " their parameters.")
  @ResponseStatus(201)
  public ActionWire.Row initiate(
      @PathParam("device_id") String device, @Valid ActionWire.Creation body) {
    Action action = actions.initiate(caller.get(), device, Bodies.present(body).toNewAction());
    return ActionWire.Row.of(action, waitings.of(caller.get(), List.of(action)).get(action.id()));
  }
}
