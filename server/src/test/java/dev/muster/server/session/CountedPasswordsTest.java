package dev.muster.server.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.identity.IdentityRoom;
import dev.muster.server.identity.User;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Role;
import dev.muster.server.testing.Audits;
import dev.muster.server.testing.MutableClock;
import dev.muster.server.testing.Tenants;
import dev.muster.server.testing.TestDatabase;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Attempts of which the server could not say whether the password is right.
class CountedPasswordsTest {
  private final TestDatabase testDatabase = TestDatabase.create();
  private final Database database = testDatabase.database();
  private final MutableClock clock = new MutableClock();
  private final SessionRoom room = new SessionRoom(database, clock);
  private final CountedPasswords busy =
      new CountedPasswords(
          database,
          IdentityRoom.tooBusy(database, clock),
          room.throttle,
          Audits.on(clock),
          Runnable::run);
  private final User user = room.identity.user(Tenants.fresh(database), Role.ADMIN);

  @AfterEach
  void close() {
    testDatabase.close();
  }

  @Test
  void aLoginThatTheServerHasNoTimeForIsNoFailedAttempt() {
    for (int i = 0; i < 2 * LoginThrottle.OF_BOTH; i++) {
      refused(
          ErrorCode.UNAVAILABLE,
          () -> busy.require(SessionRoom.HERE, user.email(), IdentityRoom.PASSWORD));
    }
    assertThat(attempt()).isEqualTo(1);
  }

  @Test
  void neitherIsAChangeOfOnesOwnPassword() {
    for (int i = 0; i < 2 * LoginThrottle.OF_BOTH; i++) {
      refused(
          ErrorCode.UNAVAILABLE,
          () ->
              busy.changeOwn(
                  room.identity.caller(user),
                  SessionRoom.HERE,
                  user.email(),
                  IdentityRoom.PASSWORD,
                  "another-password"));
    }
    assertThat(attempt()).isEqualTo(1);
  }

  /// What was guessed before goes on to count.
  @Test
  void aBusyServerForgetsNoGuess() {
    for (int i = 0; i < LoginThrottle.OF_BOTH; i++) {
      refused(ErrorCode.LOGIN_FAILED, () -> room.logIn(SessionRoom.HERE, user.email(), "wrong"));
      if (i < LoginThrottle.OF_BOTH - 1) {
        refused(ErrorCode.UNAVAILABLE, () -> busy.require(SessionRoom.HERE, user.email(), "wrong"));
      }
    }
    refused(
        ErrorCode.TOO_MANY_REQUESTS, () -> busy.require(SessionRoom.HERE, user.email(), "wrong"));
    refused(ErrorCode.TOO_MANY_REQUESTS, () -> room.logIn(user));
  }

  private int attempt() {
    return room.throttle.attempt(SessionRoom.HERE.address(), user.email()).ofBoth();
  }

  private static void refused(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(code));
  }
}
