package dev.muster.server.session;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.muster.server.platform.Caller;
import dev.muster.server.web.CurrentCaller;
import dev.muster.server.web.Page;
import dev.muster.server.web.Paging;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/// The caller's own sessions over REST.
@Path("/api/users/me/sessions")
@Tag(name = "Sessions")
@RunOnVirtualThread
public class OwnSessionResource {
  /// A session that has not ended; `current` is the one by which the caller calls.
  @JsonNaming(SnakeCaseStrategy.class)
  public record SessionRow(
      String id,
      Instant createdAt,
      @Nullable Instant refreshedAt,
      Instant expiresAt,
      @Nullable String address,
      @Nullable String userAgent,
      boolean current) {
    static SessionRow of(Session session, @Nullable UUID current) {
      return new SessionRow(
          session.id().toString(),
          session.createdAt(),
          session.refreshedAt(),
          session.expiresAt(),
          session.address(),
          session.userAgent(),
          session.id().value().equals(current));
    }
  }

  private final OwnSessions sessions;
  private final CurrentCaller caller;
  private final Paging paging;

  OwnSessionResource(OwnSessions sessions, CurrentCaller caller, Paging paging) {
    this.sessions = sessions;
    this.caller = caller;
    this.paging = paging;
  }

  @GET
  @Operation(summary = "The caller's sessions that have not ended, newest first")
  public Page<SessionRow> list() {
    List<Session> all = sessions.list(caller.get());
    UUID current = caller.get() instanceof Caller.Person person ? person.session() : null;
    List<Session> page = all.stream().skip(paging.offset()).limit(paging.limit()).toList();
    return paging.page(all.size(), page).map(session -> SessionRow.of(session, current));
  }

  @DELETE
  @Operation(summary = "End all sessions of the caller but the one that calls")
  public void endOthers() {
    sessions.endOthers(caller.get());
  }

  @DELETE
  @Path("{session_id}")
  @Operation(summary = "End a session of the caller")
  public void end(@PathParam("session_id") String session) {
    sessions.end(caller.get(), session);
  }
}
