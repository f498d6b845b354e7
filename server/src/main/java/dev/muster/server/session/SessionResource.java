package dev.muster.server.session;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.muster.server.device.Device;
import dev.muster.server.identity.User;
import dev.muster.server.platform.Refusal;
import dev.muster.server.web.Bodies;
import dev.muster.server.web.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.HttpHeaders;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseHeader;
import org.jspecify.annotations.Nullable;

/// Login, refresh and logout over REST. No cache between may keep the answers.
@Path("/api/auth")
@Tag(name = "Login")
@RunOnVirtualThread
final class SessionResource {
  /// `email` or `username`, which is the e-mail address too. The device fields of the contract are
  /// accepted and not used yet.
  record LoginBody(
      @Nullable String email,
      @Nullable String username,
      @NotBlank(message = "must not be empty") String password,
      @Size(min = 1, max = 500, message = "must have 1 to 500 characters")
          @Nullable String deviceFingerprint,
      @Size(min = 1, max = 500, message = "must have 1 to 500 characters")
          @Nullable String deviceName) {
    String name() {
      String name = email != null ? email : username;
      if (name == null || name.isBlank()) {
        throw Refusal.invalid("email", "must not be empty");
      }
      return name;
    }

    @Override
    public String toString() {
      return "LoginBody";
    }
  }

  record RefreshBody(@NotBlank(message = "must not be empty") String refresh) {
    @Override
    public String toString() {
      return "RefreshBody";
    }
  }

  /// `device` only for who told a fingerprint.
  record LoginAnswer(
      String access,
      String refresh,
      UserSummary user,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable DeviceSummary device) {}

  record DeviceSummary(String id, String name) {
    static @Nullable DeviceSummary of(@Nullable Device device) {
      return device == null ? null : new DeviceSummary(device.handle(), device.name());
    }
  }

  record RefreshAnswer(String access, String refresh) {}

  @JsonNaming(SnakeCaseStrategy.class)
  record UserSummary(String id, String email, String name, String organizationId, String role) {
    static UserSummary of(User user) {
      return new UserSummary(
          user.id().toString(),
          user.email(),
          user.name(),
          user.organization().toString(),
          user.role().wireName());
    }
  }

  private final Sessions sessions;
  private final CurrentCaller caller;

  SessionResource(Sessions sessions, CurrentCaller caller) {
    this.sessions = sessions;
    this.caller = caller;
  }

  @POST
  @Path("login")
  @ResponseHeader(name = HttpHeaders.CACHE_CONTROL, value = "no-store")
  @Operation(summary = "Log in by e-mail address and password")
  public LoginAnswer logIn(@Valid LoginBody body, RoutingContext context) {
    LoginBody login = Bodies.present(body);
    Sessions.LoggedIn in =
        sessions.logIn(
            Origin.of(context),
            new Sessions.Login(
                login.name(), login.password(), login.deviceFingerprint(), login.deviceName()));
    Sessions.Tokens tokens = in.tokens();
    return new LoginAnswer(
        tokens.access(),
        tokens.refresh(),
        UserSummary.of(tokens.user()),
        DeviceSummary.of(in.device()));
  }

  @POST
  @Path("refresh")
  @ResponseHeader(name = HttpHeaders.CACHE_CONTROL, value = "no-store")
  @Operation(summary = "Get new tokens for a refresh token, which is good for one use")
  public RefreshAnswer refresh(@Valid RefreshBody body) {
    Sessions.Tokens tokens = sessions.refresh(Bodies.present(body).refresh());
    return new RefreshAnswer(tokens.access(), tokens.refresh());
  }

  @POST
  @Path("logout")
  @Operation(summary = "End the session that a refresh token continues")
  public void logOut(@Valid RefreshBody body) {
    sessions.logOut(caller.get(), Bodies.present(body).refresh());
  }
}
