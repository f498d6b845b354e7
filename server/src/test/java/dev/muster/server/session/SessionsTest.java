package dev.muster.server.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.identity.NewUser;
import dev.muster.server.identity.User;
import dev.muster.server.identity.UserChange;
import dev.muster.server.identity.Users;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Role;
import dev.muster.server.testing.MutableClock;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SessionsTest {
  private static final String PASSWORD = "correct-horse-battery";
  private static final String EMAIL = "ada@example.org";

  private final TestDatabase testDatabase = TestDatabase.create();
  private final Database database = testDatabase.database();
  private final MutableClock clock = new MutableClock();
  private final SessionRoom room = new SessionRoom(database, clock);
  private final Users users = room.identity.users;
  private final AccessTokens accessTokens = room.accessTokens;
  private final Sessions sessions = room.sessions;
  private final Caller server = new Caller.Server(testDatabase.newOrganization(), "test");
  private final User ada = users.create(server, new NewUser(EMAIL, "Ada", PASSWORD, Role.OPERATOR));

  @AfterEach
  void close() {
    testDatabase.close();
  }

  private Sessions.Tokens logIn() {
    return room.logIn(SessionRoom.HERE, EMAIL, PASSWORD);
  }

  @Test
  void anAccessTokenIsGoodForFifteenMinutes() {
    String access = logIn().access();
    AccessTokens.Bearer bearer = accessTokens.read(access).orElseThrow();
    assertThat(bearer.organization()).isEqualTo(ada.organization());
    assertThat(bearer.user()).isEqualTo(ada.id());
    clock.advance(Duration.ofMinutes(15).minusSeconds(1));
    assertThat(accessTokens.read(access)).isPresent();
    clock.advance(Duration.ofSeconds(1));
    assertThat(accessTokens.read(access)).isEmpty();
  }

  @Test
  void aRefreshTokenIsGoodForThirtyDaysAndEachNewOneForThirtyMore() {
    String first = logIn().refresh();
    clock.advance(Duration.ofDays(29));
    String second = sessions.refresh(first).refresh();
    clock.advance(Duration.ofDays(29));
    String third = sessions.refresh(second).refresh();
    clock.advance(Duration.ofDays(30));
    assertThatThrownBy(() -> sessions.refresh(third)).isInstanceOf(Refusal.class);
  }

  @Test
  void theSweepDeletesExpiredSessionsOnly() {
    var _ = logIn();
    clock.advance(Duration.ofDays(20));
    String kept = logIn().refresh();
    clock.advance(Duration.ofDays(11));
    new SessionSweep(database, clock).run();
    assertThat(count("session.session")).isEqualTo(1);
    assertThat(count("session.refresh_token")).isEqualTo(1);
    assertThat(sessions.refresh(kept).user().id()).isEqualTo(ada.id());
  }

  @Test
  void noTokenIsStoredAsItIs() {
    String refresh = logIn().refresh();
    String stored =
        database.acrossOrganizations(handle ->
            handle
                .createQuery("select string_agg(t::text, '') from session.refresh_token t")
                .mapTo(String.class)
                .one());
    assertThat(stored).isNotEmpty().doesNotContain(refresh.substring(3));
  }

  @Test
  void aLoginThatRacesAChangeOfThePasswordLeavesNoSession() {
    List<Optional<String>> refreshTokens =
        Race.of(
            8,
            i ->
                () -> {
                  if (i == 0) {
                    users.change(
                        server, ada.id(), new UserChange(null, null, null, "another-password"));
                    return Optional.empty();
                  }
                  try {
                    return Optional.of(logIn().refresh());
                  } catch (Refusal refused) {
                    assertThat(refused.code()).isEqualTo(ErrorCode.LOGIN_FAILED);
                    return Optional.empty();
                  }
                });
    for (Optional<String> token : refreshTokens) {
      token.ifPresent(
          old -> assertThatThrownBy(() -> sessions.refresh(old)).isInstanceOf(Refusal.class));
    }
  }

  private long count(String table) {
    return database.acrossOrganizations(
        handle -> handle.createQuery("select count(*) from " + table).mapTo(Long.class).one());
  }
}
