package dev.muster.server.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.identity.IdentityRoom;
import dev.muster.server.identity.User;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Role;
import dev.muster.server.session.Sessions.Tokens;
import dev.muster.server.testing.MutableClock;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OwnSessionsTest {
  private static final String NEW_PASSWORD = "another-good-password";

  private final TestDatabase testDatabase = TestDatabase.create();
  private final Database database = testDatabase.database();
  private final MutableClock clock = new MutableClock();
  private final OrganizationId organization = testDatabase.newOrganization();
  private final SessionRoom room = new SessionRoom(database, clock);

  @AfterAll
  void close() {
    testDatabase.close();
  }

  private User user() {
    return room.identity.user(organization, Role.OPERATOR);
  }

  private void change(Caller caller, String current, String wanted) {
    room.own.changePassword(caller, SessionRoom.HERE, current, wanted);
  }

  @Test
  void aListShowsWhatHasNotEndedWithWhereAndWhen() {
    User ada = user();
    Tokens first = room.logIn(ada);
    clock.advance(Duration.ofMinutes(1));
    Origin phone = new Origin("203.0.113.9", "x".repeat(500));
    Tokens second = room.logIn(phone, ada.email(), IdentityRoom.PASSWORD);
    clock.advance(Duration.ofMinutes(1));
    var _ = room.sessions.refresh(second.refresh());
    Tokens ended = room.logIn(ada);
    room.sessions.logOut(room.caller(ended), ended.refresh());

    List<Session> sessions = room.own.list(room.caller(first));

    assertThat(sessions).hasSize(2);
    Session newest = sessions.getFirst();
    assertThat(newest.address()).isEqualTo("203.0.113.9");
    assertThat(newest.userAgent()).hasSize(200);
    assertThat(newest.refreshedAt()).isEqualTo(clock.instant());
    assertThat(newest.createdAt()).isEqualTo(clock.instant().minus(Duration.ofMinutes(1)));
    assertThat(sessions.getLast().id().value()).isEqualTo(room.caller(first).session());
    assertThat(sessions.getLast().refreshedAt()).isNull();
    clock.advance(SessionRoom.SETTINGS.session().refreshLasts());
    assertThat(room.own.list(room.identity.caller(ada))).isEmpty();
  }

  @Test
  void nobodyEndsASessionOfSomebodyElse() {
    Tokens hers = room.logIn(user());
    Caller other = room.caller(room.logIn(user()));
    String id = String.valueOf(room.caller(hers).session());
    code(ErrorCode.NOT_FOUND, () -> room.own.end(other, id));
    code(ErrorCode.NOT_FOUND, () -> room.own.end(other, "no-id"));
    room.own.endOthers(other);
    assertThat(room.caller(hers)).isNotNull();
    code(ErrorCode.FORBIDDEN, () -> room.own.endAll(other, hers.user().id()));
    Caller stranger =
        room.identity.caller(room.identity.user(testDatabase.newOrganization(), Role.ADMIN));
    code(ErrorCode.NOT_FOUND, () -> room.own.endAll(stranger, hers.user().id()));
    Caller key = new Caller.Key(organization, UUID.randomUUID(), Set.of(), false);
    code(ErrorCode.FORBIDDEN, () -> room.own.list(key));
    code(ErrorCode.FORBIDDEN, () -> room.own.end(key, id));
    code(ErrorCode.FORBIDDEN, () -> change(key, IdentityRoom.PASSWORD, NEW_PASSWORD));
    assertThat(room.caller(hers)).isNotNull();
  }

  @Test
  void aPasswordChangeEndsAllSessionsButTheOneItComesFrom() {
    User ada = user();
    Tokens own = room.logIn(ada);
    Tokens other = room.logIn(ada);

    change(room.caller(own), IdentityRoom.PASSWORD, NEW_PASSWORD);

    assertThat(room.caller(own).userId()).isEqualTo(ada.id().value());
    assertThat(room.sessions.refresh(own.refresh()).user().id()).isEqualTo(ada.id());
    code(ErrorCode.UNAUTHENTICATED, () -> room.caller(other));
    code(ErrorCode.UNAUTHENTICATED, () -> room.sessions.refresh(other.refresh()));
    code(ErrorCode.LOGIN_FAILED, () -> room.logIn(ada));
    assertThat(room.logIn(SessionRoom.HERE, ada.email(), NEW_PASSWORD).user().id())
        .isEqualTo(ada.id());
  }

  @Test
  void theCurrentPasswordIsNotFoundOutByAStolenAccessToken() {
    User ada = user();
    Caller thief = room.caller(room.logIn(ada));
    for (int i = 0; i < LoginThrottle.OF_BOTH; i++) {
      code(ErrorCode.INVALID_FIELDS, () -> change(thief, "not-the-password", NEW_PASSWORD));
    }
    code(ErrorCode.TOO_MANY_REQUESTS, () -> change(thief, IdentityRoom.PASSWORD, NEW_PASSWORD));
    clock.advance(LoginThrottle.WINDOW);
    change(thief, IdentityRoom.PASSWORD, NEW_PASSWORD);
  }

  @Test
  void aNewPasswordMustBeGoodAndNew() {
    Caller caller = room.caller(room.logIn(user()));
    for (String bad : List.of("short", "x".repeat(73), IdentityRoom.PASSWORD)) {
      assertThatThrownBy(() -> change(caller, IdentityRoom.PASSWORD, bad))
          .isInstanceOfSatisfying(
              Refusal.class,
              refused -> assertThat(refused.fields().getFirst().field()).isEqualTo("new_password"));
    }
  }

  @Test
  void ofTwoChangesAtOnceOneCountsAndItsPasswordIsTheOne() {
    User ada = user();
    Tokens tokens = room.logIn(ada);
    Caller caller = room.caller(tokens);
    List<Boolean> done =
        Race.times(
            4,
            i -> {
              try {
                change(caller, IdentityRoom.PASSWORD, NEW_PASSWORD + i);
                return true;
              } catch (Refusal refused) {
                assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_FIELDS);
                return false;
              }
            });
    assertThat(done).filteredOn(Boolean::booleanValue).hasSize(1);
    String password = NEW_PASSWORD + done.indexOf(true);
    assertThat(room.logIn(SessionRoom.HERE, ada.email(), password).user().id()).isEqualTo(ada.id());
  }

  @Test
  void aLoginThatRacesAChangeOfOnesOwnPasswordLeavesNoSession() {
    for (int round = 0; round < 5; round++) {
      User ada = user();
      Caller caller = room.caller(room.logIn(ada));
      List<Tokens> tokens =
          Race.times(
                  6,
                  i -> {
                    if (i == 2) {
                      change(caller, IdentityRoom.PASSWORD, NEW_PASSWORD);
                      return List.<Tokens>of();
                    }
                    try {
                      return List.of(room.logIn(ada));
                    } catch (Refusal refused) {
                      assertThat(refused.code()).isEqualTo(ErrorCode.LOGIN_FAILED);
                      return List.<Tokens>of();
                    }
                  })
              .stream()
              .flatMap(List::stream)
              .toList();
      for (Tokens old : tokens) {
        code(ErrorCode.UNAUTHENTICATED, () -> room.sessions.refresh(old.refresh()));
        code(ErrorCode.UNAUTHENTICATED, () -> room.caller(old));
      }
    }
  }

  @Test
  void theAuditLogTellsWhatHappenedToSessionsAndPasswordsAndNoSecret() {
    User ada = user();
    Tokens own = room.logIn(ada);
    Tokens reused = room.logIn(ada);
    var _ = room.sessions.refresh(reused.refresh());
    code(ErrorCode.UNAUTHENTICATED, () -> room.sessions.refresh(reused.refresh()));
    change(room.caller(own), IdentityRoom.PASSWORD, NEW_PASSWORD);
    room.own.endOthers(room.caller(own));
    room.sessions.logOut(room.caller(own), own.refresh());
    room.sessions.logOut(room.identity.caller(ada), own.refresh());

    List<String> actions =
        told(ada, "action").stream().filter(action -> !action.equals("user.created")).toList();
    assertThat(actions)
        .containsExactly(
            "session.begun",
            "session.begun",
            "session.reuse_detected",
            "user.password_changed",
            "session.others_ended",
            "session.ended");
    assertThat(told(ada, "before::text || after::text").toString())
        .doesNotContain(NEW_PASSWORD)
        .doesNotContain(IdentityRoom.PASSWORD)
        .doesNotContain("$2")
        .doesNotContain("mr_");
  }

  /// A column of the entries about a user, oldest first.
  private List<String> told(User user, String column) {
    return database.in(
        organization,
        handle ->
            handle
                .createQuery(
                    """
                    select %s from (
                      select e.id, e.action, e.target_id, e.person_id,
                        coalesce(p.before, e.before) as before, coalesce(p.after, e.after) as after
                      from audit.entry e
                      left join audit.personal p
                        on p.organization_id = e.organization_id and p.entry_id = e.id) as entry
                    where target_id = :user or person_id = cast(:user as uuid)
                    order by id
                    """
                        .formatted(column))
                .bind("user", user.id().toString())
                .mapTo(String.class)
                .list());
  }

  private static void code(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(code));
  }
}
