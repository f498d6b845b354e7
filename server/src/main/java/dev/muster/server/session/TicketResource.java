package dev.muster.server.session;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.muster.server.web.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

/// Tickets over REST.
@Path("/api/ws-ticket")
@Tag(name = "Login")
@RunOnVirtualThread
final class TicketResource {
  @JsonNaming(SnakeCaseStrategy.class)
  record TicketAnswer(String ticket, Instant expiresAt) {
    @Override
    public String toString() {
      return "TicketAnswer";
    }
  }

  private final Tickets tickets;
  private final CurrentCaller caller;

  TicketResource(Tickets tickets, CurrentCaller caller) {
    this.tickets = tickets;
    this.caller = caller;
  }

  @POST
  @ResponseStatus(201)
  @Operation(
      summary = "Get a ticket that opens one WebSocket, as ?ticket= in its address",
      description =
          "`/ws/fleet` tells what becomes of the fleet: [how to read it](/help/live). `/ws/sync`"
              + " tells when there is something [to pull](/help/tasks).")
  public TicketAnswer issue() {
    Tickets.Issued issued = tickets.issue(caller.get());
    return new TicketAnswer(issued.ticket().value(), issued.expiresAt());
  }
}
