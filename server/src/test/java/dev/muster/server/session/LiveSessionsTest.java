package dev.muster.server.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.identity.IdentityRoom;
import dev.muster.server.identity.User;
import dev.muster.server.identity.UserChange;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Role;
import dev.muster.server.session.Sessions.Tokens;
import dev.muster.server.testing.MutableClock;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// An access token dies with its session, on two nodes.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LiveSessionsTest {
  private static final String NEW_PASSWORD = "another-good-password";

  private final TestDatabase testDatabase = TestDatabase.create();
  private final Database database = testDatabase.database();
  private final MutableClock clock = new MutableClock();
  private final OrganizationId organization = testDatabase.newOrganization();
  private final Caller server = new Caller.Server(organization, "test");
  private final SessionRoom here = new SessionRoom(database, clock);

  /// Another node, to which no broadcast comes.
  private final SessionRoom deaf = new SessionRoom(database, clock);

  @AfterAll
  void close() {
    testDatabase.close();
  }

  private User user() {
    return here.identity.user(organization, Role.VIEWER);
  }

  /// Whatever ends a session, by its name.
  private Map<String, Consumer<Tokens>> endings() {
    return Map.of(
        "logout",
        tokens -> here.sessions.logOut(here.caller(tokens), tokens.refresh()),
        "logout with a used token",
        tokens -> {
          Caller caller = here.caller(tokens);
          var _ = here.sessions.refresh(tokens.refresh());
          here.sessions.logOut(caller, tokens.refresh());
        },
        "reuse",
        tokens -> {
          var _ = here.sessions.refresh(tokens.refresh());
          assertThatThrownBy(() -> here.sessions.refresh(tokens.refresh()))
              .isInstanceOf(Refusal.class);
        },
        "password changed by an admin",
        tokens ->
            here.identity.users.change(
                server, tokens.user().id(), new UserChange(null, null, null, NEW_PASSWORD)),
        "password changed in another session",
        tokens ->
            here.own.changePassword(
                here.caller(here.logIn(tokens.user())),
                SessionRoom.HERE,
                IdentityRoom.PASSWORD,
                NEW_PASSWORD),
        "deactivation",
        tokens ->
            here.identity.users.change(
                server, tokens.user().id(), new UserChange(null, null, false, null)),
        "ended by an admin",
        tokens -> here.own.endAll(server, tokens.user().id()),
        "ended by itself",
        tokens -> {
          Caller.Person caller = here.caller(tokens);
          here.own.end(caller, String.valueOf(caller.session()));
        },
        "ended by another session",
        tokens -> here.own.endOthers(here.caller(here.logIn(tokens.user()))));
  }

  @Test
  void whateverEndsASessionEndsItsAccessTokenAtOnceHereAndSoonOnADeafNode() {
    endings()
        .forEach((how, ending) -> {
          Tokens tokens = here.logIn(user());
          assertThat(here.caller(tokens).userId()).isEqualTo(tokens.user().id().value());
          assertThat(deaf.caller(tokens)).isEqualTo(here.caller(tokens));

          ending.accept(tokens);

          refused(here, tokens, how);
          assertThatThrownBy(() -> deaf.sessions.refresh(tokens.refresh()))
              .as(how)
              .isInstanceOf(Refusal.class);
          clock.advance(LiveSessions.REMEMBERED);
          refused(deaf, tokens, how);
        });
  }

  @Test
  void aDeafNodeBelievesASessionForTenSecondsAndNoLonger() {
    Tokens tokens = here.logIn(user());
    assertThat(deaf.caller(tokens)).isNotNull();
    here.sessions.logOut(here.caller(tokens), tokens.refresh());
    clock.advance(LiveSessions.REMEMBERED.minusMillis(1));
    assertThat(deaf.caller(tokens)).isNotNull();
    clock.advance(Duration.ofMillis(1));
    refused(deaf, tokens, "after ten seconds");
    assertThat(LiveSessions.REMEMBERED).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void aNodeThatHearsRefusesAtOnce() throws InterruptedException {
    try (Broadcast one = new Broadcast(database.dataSource());
        Broadcast other = new Broadcast(database.dataSource())) {
      SessionRoom first = new SessionRoom(database, clock, one);
      SessionRoom second = new SessionRoom(database, clock, other);
      CountDownLatch connected = new CountDownLatch(1);
      CountDownLatch heard = new CountDownLatch(1);
      other.onReset(connected::countDown);
      other.listen(LiveSessions.TOPIC, _ -> heard.countDown()); // after the room's own listener
      one.start();
      other.start();
      assertThat(connected.await(30, TimeUnit.SECONDS)).isTrue();
      User ada = user();
      List<Tokens> many = IntStream.range(0, 200).mapToObj(_ -> first.logIn(ada)).toList();
      many.forEach(tokens -> assertThat(second.caller(tokens)).isNotNull());

      first.own.endAll(server, ada.id());

      assertThat(heard.await(30, TimeUnit.SECONDS)).isTrue();
      refused(second, many.getFirst(), "the first of many");
    }
  }

  @Test
  void oneSessionEndsAndTheOtherGoesOn() {
    User ada = user();
    Tokens one = here.logIn(ada);
    Tokens other = here.logIn(ada);
    here.sessions.logOut(here.caller(one), one.refresh());
    refused(here, one, "the one that ended");
    assertThat(here.caller(other).session()).isNotNull();
    assertThat(here.sessions.refresh(other.refresh()).user().id()).isEqualTo(ada.id());
  }

  @Test
  void noUseThatRacesTheEndLeavesTheSessionRemembered() {
    for (int round = 0; round < 10; round++) {
      Tokens tokens = here.logIn(user());
      Caller.Person caller = here.caller(tokens);
      var _ =
          Race.times(
              8,
              i -> {
                if (i == 4) {
                  here.sessions.logOut(caller, tokens.refresh());
                } else {
                  try {
                    assertThat(here.caller(tokens)).isNotNull();
                  } catch (Refusal _) {
                    // the logout was first
                  }
                }
                return true;
              });
      refused(here, tokens, "after the race");
    }
  }

  @Test
  void ofARefreshAndALogoutAtOnceNothingStaysOpen() {
    for (int round = 0; round < 10; round++) {
      Tokens tokens = here.logIn(user());
      Caller.Person caller = here.caller(tokens);
      List<Optional<Tokens>> outcomes =
          Race.times(
              4,
              i -> {
                if (i == 1) {
                  here.sessions.logOut(caller, tokens.refresh());
                  return Optional.empty();
                }
                try {
                  return Optional.of((i == 2 ? deaf : here).sessions.refresh(tokens.refresh()));
                } catch (Refusal _) {
                  return Optional.empty();
                }
              });
      outcomes.forEach(outcome ->
          outcome.ifPresent(next -> {
            refused(here, next, "refreshed in the race");
            assertThatThrownBy(() -> deaf.sessions.refresh(next.refresh()))
                .isInstanceOf(Refusal.class);
          }));
    }
  }

  /// A thief and the owner hold the same token: whoever comes second, on whatever node, ends it for
  /// both.
  @Test
  void whenOwnerAndThiefBothRefreshTheFamilyEndsForBoth() {
    Tokens owner = here.logIn(user());
    Tokens thief = deaf.sessions.refresh(owner.refresh());
    thief = deaf.sessions.refresh(thief.refresh());
    assertThat(deaf.caller(thief)).isNotNull();

    assertThatThrownBy(() -> here.sessions.refresh(owner.refresh())).isInstanceOf(Refusal.class);

    refused(here, owner, "the owner's");
    String stolen = thief.refresh();
    assertThatThrownBy(() -> deaf.sessions.refresh(stolen)).isInstanceOf(Refusal.class);
    clock.advance(LiveSessions.REMEMBERED);
    refused(deaf, thief, "the thief's");
  }

  private static void refused(SessionRoom node, Tokens tokens, String how) {
    assertThatThrownBy(() -> node.caller(tokens)).as(how).isInstanceOf(Refusal.class);
  }
}
