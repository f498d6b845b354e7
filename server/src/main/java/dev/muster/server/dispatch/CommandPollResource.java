package dev.muster.server.dispatch;

import dev.muster.server.credential.CommandSecrets;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Refusal;
import dev.muster.server.web.CurrentCaller;
import dev.muster.server.web.Gate;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.time.Duration;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/// Where devices ask what to do.
@Path("/v1/agent/commands")
@Tag(name = "Devices themselves")
@RunOnVirtualThread
public class CommandPollResource {
  private static final int LONGEST = 55;

  private final Polls polls;
  private final CurrentCaller caller;
  private final RoutingContext context;

  CommandPollResource(Polls polls, CurrentCaller caller, RoutingContext context) {
    this.polls = polls;
    this.caller = caller;
    this.context = context;
  }

  @GET
  @Operation(
      summary = "Ask what to do, as the device",
      description =
          "Answers with the signed commands that the device has not acknowledged, at once when there"
              + " are some, else as soon as there are, or with none when the wait is over. A newer"
              + " poll of the device ends this one. `command_secret` is there when the device says"
              + " by the header that it has not got the newest.")
  public CommandWire.Commands poll(
      @Parameter(description = "Seconds to wait for a command, 0 to 55; 0 when not said")
          @QueryParam("wait")
          @Nullable String wait,
      @Parameter(description = "The first 16 hex digits of SHA-256 of the device's command secret")
          @HeaderParam(CommandSecrets.HEADER)
          @Nullable String commandKey) {
    if (!(caller.get() instanceof Caller.Device device)) {
      throw Refusal.forbidden("Only a device asks for its commands, by its device token.");
    }
    String credential = Gate.credential(context.request());
    if (credential == null) {
      throw Refusal.forbidden("Only a device asks for its commands, by its device token.");
    }
    Polls.Poll poll = polls.begin(device, credential, commandKey, seconds(wait));
    // where the connection lives, so that it is not closed between the two
    Vertx.currentContext()
        .runOnContext(_ -> {
          context.addEndHandler(_ -> poll.hungUp());
          if (context.response().closed()) {
            poll.hungUp(); // it was before there was a handler, and nothing would tell of it
          }
        });
    return CommandWire.Commands.of(poll.await(), poll.secret());
  }

  private static Duration seconds(@Nullable String wait) {
    if (wait == null || wait.isEmpty()) {
      return Duration.ZERO;
    }
    try {
      int seconds = Integer.parseInt(wait);
      if (seconds >= 0 && seconds <= LONGEST) {
        return Duration.ofSeconds(seconds);
      }
    } catch (NumberFormatException _) {
      // refused below
    }
    throw Refusal.parameter("wait", "must be a whole number of seconds from 0 to " + LONGEST);
  }
}
