package dev.muster.server.session;

import dev.muster.server.identity.UserId;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.Refusal;
import dev.muster.server.web.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// The sessions of others over REST.
@Path("/api/users/{id}/sessions")
@Tag(name = "Sessions")
@RunOnVirtualThread
public class UserSessionResource {
  private final OwnSessions sessions;
  private final CurrentCaller caller;

  UserSessionResource(OwnSessions sessions, CurrentCaller caller) {
    this.sessions = sessions;
    this.caller = caller;
  }

  @DELETE
  @Operation(summary = "End all sessions of a user")
  public void endAll(@PathParam("id") String id) {
    UserId user = Ids.parse(id).map(UserId::new).orElseThrow(() -> Refusal.notFound("user"));
    sessions.endAll(caller.get(), user);
  }
}
