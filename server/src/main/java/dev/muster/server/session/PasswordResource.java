package dev.muster.server.session;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.muster.server.web.Bodies;
import dev.muster.server.web.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// The caller's own password over REST.
@Path("/api/users/me/password")
@Tag(name = "Users")
@RunOnVirtualThread
public class PasswordResource {
  @JsonNaming(SnakeCaseStrategy.class)
  public record PasswordBody(
      @NotBlank(message = "must not be empty") String currentPassword,
      @NotNull(message = "must not be missing") String newPassword) {
    @Override
    public String toString() {
      return "PasswordBody";
    }
  }

  private final OwnSessions sessions;
  private final CurrentCaller caller;

  PasswordResource(OwnSessions sessions, CurrentCaller caller) {
    this.sessions = sessions;
    this.caller = caller;
  }

  @POST
  @Operation(summary = "Change the caller's password, which ends all their other sessions")
  public void change(@Valid PasswordBody body, RoutingContext context) {
    PasswordBody passwords = Bodies.present(body);
    sessions.changePassword(
        caller.get(), Origin.of(context), passwords.currentPassword(), passwords.newPassword());
  }
}
