package dev.muster.server.session;

import dev.muster.protocol.Json;
import dev.muster.server.audit.Audit;
import dev.muster.server.audit.Change;
import dev.muster.server.identity.Authentication;
import dev.muster.server.identity.User;
import dev.muster.server.identity.UserPasswords;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.RequestId;
import dev.muster.server.session.LoginThrottle.Attempt;
import io.quarkus.logging.Log;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Passwords as a stranger may try them: each attempt counted, and failures on a known account told
/// to the audit log.
///
/// Of the failures on one account from one address the log is told of the first and the last that
/// the throttle lets pass in its window, so that a guesser cannot fill it. It is told off the
/// request's path: else the time of an answer would say whether the account exists.
@Singleton
public class CountedPasswords {
  static final String NO_ACCOUNT = "No active account found with the given credentials";

  private final Database database;
  private final UserPasswords passwords;
  private final LoginThrottle throttle;
  private final Audit audit;
  private final Executor aside;

  @Inject
  public CountedPasswords(
      Database database, UserPasswords passwords, LoginThrottle throttle, Audit audit) {
    this(database, passwords, throttle, audit, task -> Thread.ofVirtual().start(task));
  }

  CountedPasswords(
      Database database,
      UserPasswords passwords,
      LoginThrottle throttle,
      Audit audit,
      Executor aside) {
    this.database = database;
    this.passwords = passwords;
    this.throttle = throttle;
    this.audit = audit;
    this.aside = aside;
  }

  /// The active user with this e-mail address and password.
  ///
  /// @throws Refusal `login_failed`, the same for whatever is wrong; `too_many_requests`
  User require(Origin origin, String email, String password) {
    Attempt attempt = throttle.attempt(origin.address(), email);
    User user =
        switch (compared(origin, email, () -> passwords.authenticate(email, password))) {
          case Authentication.Proven(User proven) -> proven;
          case Authentication.Nobody() -> throw noAccount();
          case Authentication.Refused(User known) -> {
            tellOfFailure(known, origin, attempt);
            throw noAccount();
          }
        };
    throttle.succeeded(origin.address(), email);
    return user;
  }

  /// Gives the caller another password. The current one is counted like that of a login: who has
  /// only stolen an access token must not find it out by trying.
  ///
  /// @param email of the caller
  void changeOwn(Caller.Person caller, Origin origin, String email, String current, String wanted) {
    var _ = throttle.attempt(origin.address(), email);
    compared(
        origin,
        email,
        () -> {
          passwords.changeOwn(caller, current, wanted);
          return true;
        });
    throttle.succeeded(origin.address(), email);
  }

  /// What comes of comparing a password. A server that cannot do it now has nobody guess less.
  private <T> T compared(Origin origin, String email, Supplier<T> comparing) {
    try {
      return comparing.get();
    } catch (Refusal refusal) {
      if (refusal.code() == ErrorCode.UNAVAILABLE) {
        throttle.takeBack(origin.address(), email);
      }
      throw refusal;
    }
  }

  private void tellOfFailure(User user, Origin origin, Attempt attempt) {
    if (attempt.ofBoth() != 1 && attempt.ofBoth() != LoginThrottle.OF_BOTH) {
      return;
    }
    String request = RequestId.current();
    aside.execute(() -> {
      try {
        tell(user, origin, attempt, request);
      } catch (RuntimeException failure) {
        Log.warnf("A failed login is missing in the audit log: %s", failure.getMessage());
      }
    });
  }

  private void tell(User user, Origin origin, Attempt attempt, @Nullable String request) {
    if (request != null) {
      RequestId.enter(request);
    }
    Caller server = new Caller.Server(user.organization(), "login");
    database.in(
        user.organization(),
        handle -> {
          audit.record(
              handle,
              server,
              Change.of("login.failed", "user", user.id())
                  .to(
                      Json.obj(
                          Map.of(
                              "address",
                              Json.of(origin.address()),
                              "attempts",
                              Json.of(attempt.ofBoth()))))
                  .about(user.id().value()));
          return true;
        });
  }

  static Refusal noAccount() {
    return Refusal.of(ErrorCode.LOGIN_FAILED, NO_ACCOUNT);
  }
}
