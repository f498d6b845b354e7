package dev.muster.server.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Role;
import dev.muster.server.testing.Audits;
import dev.muster.server.testing.MutableClock;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UserPasswordsTest {
  private final TestDatabase testDatabase = TestDatabase.create();
  private final Database database = testDatabase.database();
  private final MutableClock clock = new MutableClock();
  private final IdentityRoom room =
      new IdentityRoom(database, clock, new Broadcast(database.dataSource()));
  private final OrganizationId organization = testDatabase.newOrganization();

  @AfterAll
  void close() {
    testDatabase.close();
  }

  /// The same server, started with another cost.
  private UserPasswords atCost(int cost) {
    return new UserPasswords(database, clock, new Passwords(cost), Audits.on(clock), List.of());
  }

  private String hash(User user) {
    return database.in(
        organization,
        handle ->
            handle
                .createQuery("select password_hash from identity.users where id = :id")
                .bind("id", user.id().value())
                .mapTo(String.class)
                .one());
  }

  @Test
  void aLoginHashesThePasswordAnewWhenTheCostHasChanged() {
    User ada = room.user(organization, Role.VIEWER);
    assertThat(hash(ada)).startsWith("$2a$04$");
    UserPasswords raised = atCost(5);
    assertThat(raised.authenticate(ada.email(), "not-the-password"))
        .isEqualTo(new Authentication.Refused(ada));
    assertThat(hash(ada)).startsWith("$2a$04$");

    assertThat(raised.authenticate(ada.email(), IdentityRoom.PASSWORD))
        .isEqualTo(new Authentication.Proven(ada));

    String again = hash(ada);
    assertThat(again).startsWith("$2a$05$");
    assertThat(raised.authenticate(ada.email(), IdentityRoom.PASSWORD))
        .isEqualTo(new Authentication.Proven(ada)); // as before, so that its login goes through
    assertThat(hash(ada)).isEqualTo(again);
    assertThat(atCost(4).authenticate(ada.email(), IdentityRoom.PASSWORD))
        .isInstanceOf(Authentication.Proven.class);
    assertThat(hash(ada)).startsWith("$2a$04$");
  }

  @Test
  void aRehashThatRacesAChangeNeverBringsTheOldPasswordBack() {
    for (int round = 0; round < 5; round++) {
      User ada = room.user(organization, Role.VIEWER);
      UserPasswords raised = atCost(5);
      var _ =
          Race.times(
              4,
              i -> {
                if (i == 0) {
                  try {
                    raised.changeOwn(room.caller(ada), IdentityRoom.PASSWORD, "another-password");
                  } catch (Refusal refused) {
                    // the hash was made anew in between; the caller sends it again
                    raised.changeOwn(room.caller(ada), IdentityRoom.PASSWORD, "another-password");
                  }
                } else {
                  var _ = raised.authenticate(ada.email(), IdentityRoom.PASSWORD);
                }
                return true;
              });
      assertThat(raised.authenticate(ada.email(), "another-password"))
          .isInstanceOf(Authentication.Proven.class);
      assertThat(raised.authenticate(ada.email(), IdentityRoom.PASSWORD))
          .isInstanceOf(Authentication.Refused.class);
    }
  }

  @Test
  void whoeverHearsOfLostAccessHearsOfAnotherPasswordToo() {
    List<UserId> heard = new ArrayList<>();
    IdentityRoom hearing =
        new IdentityRoom(
            database,
            clock,
            new Broadcast(database.dataSource()),
            (_, in, user) -> {
              assertThat(in).isEqualTo(organization);
              heard.add(user);
            });
    User ada = room.user(organization, Role.VIEWER);
    hearing.passwords.changeOwn(room.caller(ada), IdentityRoom.PASSWORD, "another-password");
    assertThat(heard).containsExactly(ada.id());
  }

  @Test
  void ofManyUsersMadeAtOnceWithOneAddressInWhateverSpellingOneIs() {
    OrganizationId other = testDatabase.newOrganization();
    String email = "Race-" + UUID.randomUUID() + "@Example.org";
    List<Boolean> made =
        Race.times(
            8,
            i -> {
              String spelling = i % 2 == 0 ? email : email.toUpperCase(Locale.ROOT);
              try {
                var _ =
                    room.users.create(
                        new dev.muster.server.platform.Caller.Server(
                            i % 3 == 0 ? other : organization, "test"),
                        new NewUser(spelling, "x", IdentityRoom.PASSWORD, Role.VIEWER));
                return true;
              } catch (Refusal refused) {
                assertThat(refused.code()).isEqualTo(ErrorCode.ALREADY_EXISTS);
                return false;
              }
            });
    assertThat(made).filteredOn(Boolean::booleanValue).hasSize(1);
    assertThat(room.passwords.authenticate(email.toLowerCase(Locale.ROOT), IdentityRoom.PASSWORD))
        .isInstanceOf(Authentication.Proven.class);
  }

  @Test
  void theAuditLogTellsOfEachChangeOfAUserAndOfNoHash() {
    var server = new dev.muster.server.platform.Caller.Server(organization, "test");
    User ada = room.user(organization, Role.VIEWER);
    room.users.change(server, ada.id(), new UserChange("Grace", null, null, null));
    room.users.change(server, ada.id(), new UserChange(null, Role.OPERATOR, null, null));
    room.users.change(server, ada.id(), new UserChange(null, null, null, "another-password"));
    room.users.change(server, ada.id(), new UserChange(null, null, false, null));
    room.users.change(server, ada.id(), new UserChange(null, null, true, null));
    List<String> actions =
        database.in(
            organization,
            handle ->
                handle
                    .createQuery("select action from audit.entry where target_id = :id order by id")
                    .bind("id", ada.id().toString())
                    .mapTo(String.class)
                    .list());
    assertThat(actions)
        .containsExactly(
            "user.created",
            "user.changed",
            "user.role_changed",
            "user.password_changed",
            "user.deactivated",
            "user.activated");
  }
}
