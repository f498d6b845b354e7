package dev.muster.server.session;

import dev.muster.protocol.Json;
import dev.muster.server.audit.Audit;
import dev.muster.server.audit.Change;
import dev.muster.server.identity.User;
import dev.muster.server.identity.UserId;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Settings;
import dev.muster.server.session.SessionStore.EndReason;
import dev.muster.server.session.SessionStore.Stored;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The families of refresh tokens, one a session: how one begins, is continued and ends, in the
/// transactions of the doors. All nodes and the audit log are told.
@Singleton
public class Families {
  /// A session that was just begun or continued, with the token that continues it next.
  record Continued(
      OrganizationId organization, UserId user, SessionId session, RefreshToken next) {}

  private final InstantSource clock;
  private final Settings settings;
  private final LiveSessions live;
  private final Audit audit;

  public Families(InstantSource clock, Settings settings, LiveSessions live, Audit audit) {
    this.clock = clock;
    this.settings = settings;
    this.live = live;
    this.audit = audit;
  }

  /// Always a new session and a new token: nothing that the caller brings is adopted.
  Continued begin(Handle handle, User user, Origin origin) {
    Instant now = clock.instant();
    Session session =
        new Session(
            new SessionId(Ids.next()),
            user.id(),
            now,
            null,
            now.plus(settings.session().refreshLasts()),
            origin.address(),
            origin.userAgent());
    SessionStore.insertSession(handle, user.organization(), session);
    audit.record(
        handle,
        new Caller.Person(user.organization(), user.id().value(), user.role(), false, false),
        about("session.begun", session.id(), user.id()).to(told(session)));
    return continued(handle, user.organization(), user.id(), session.id());
  }

  /// Uses the token up and gives the next one. Empty when it is not accepted; the caller commits
  /// all the same, because a token that was used before ends its session here.
  Optional<Continued> rotate(Handle handle, RefreshToken token) {
    Optional<Stored> found = SessionStore.findToken(handle, token);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Stored stored = found.get();
    OrganizationId organization = stored.organization();
    Instant now = clock.instant();
    if (!SessionStore.lockLive(handle, organization, stored.session())
        || !stored.expiresAt().isAfter(now)) {
      return Optional.empty();
    }
    if (!SessionStore.use(handle, organization, stored.id(), now)) {
      Caller server = new Caller.Server(organization, "refresh");
      end(handle, server, stored.session(), stored.user(), EndReason.REUSE);
      return Optional.empty();
    }
    SessionStore.lengthen(
        handle, organization, stored.session(), now, now.plus(settings.session().refreshLasts()));
    return Optional.of(continued(handle, organization, stored.user(), stored.session()));
  }

  private Continued continued(
      Handle handle, OrganizationId organization, UserId user, SessionId session) {
    RefreshToken next = RefreshToken.random();
    Instant now = clock.instant();
    SessionStore.insertToken(
        handle, organization, session, next, now, now.plus(settings.session().refreshLasts()));
    return new Continued(organization, user, session, next);
  }

  /// Ends one session of the caller's organization, if it has not ended.
  void end(Handle handle, Caller caller, SessionId session, UserId user, EndReason reason) {
    if (SessionStore.end(handle, caller.organization(), session, reason, clock.instant())) {
      String action = reason == EndReason.REUSE ? "session.reuse_detected" : "session.ended";
      audit.record(
          handle,
          caller,
          about(action, session, user)
              .to(
                  Json.obj(
                      Map.of(
                          "user_id",
                          Json.of(user.toString()),
                          "reason",
                          Json.of(reason.column())))));
    }
    live.forgetAfterCommit(handle, caller.organization(), List.of(session));
  }

  /// Ends the sessions of a user, all or all but one. Not told to the audit log: what they end for
  /// is.
  void endAll(
      Handle handle,
      OrganizationId organization,
      UserId user,
      @Nullable UUID but,
      EndReason reason) {
    List<SessionId> ended =
        SessionStore.endAll(
            handle,
            organization,
            user,
            but == null ? null : new SessionId(but),
            reason,
            clock.instant());
    live.forgetAfterCommit(handle, organization, ended);
  }

  private static Change about(String action, SessionId session, UserId user) {
    return Change.of(action, "session", session).about(user.value());
  }

  private static Json.Obj told(Session session) {
    Map<String, Json> fields = new TreeMap<>();
    fields.put("user_id", Json.of(session.user().toString()));
    String address = session.address();
    if (address != null) {
      fields.put("address", Json.of(address));
    }
    String userAgent = session.userAgent();
    if (userAgent != null) {
      fields.put("user_agent", Json.of(userAgent));
    }
    return Json.obj(fields);
  }
}
