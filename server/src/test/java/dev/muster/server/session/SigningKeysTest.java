package dev.muster.server.session;

import static dev.muster.server.session.SessionRoom.MASTER_KEY;
import static dev.muster.server.session.SessionRoom.OTHER_KEY;
import static dev.muster.server.session.SessionRoom.SETTINGS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.identity.User;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.MasterKey;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Role;
import dev.muster.server.session.SigningKeys.Rotated;
import dev.muster.server.testing.Audits;
import dev.muster.server.testing.MutableClock;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.TestDatabase;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SigningKeysTest {
  private static final Duration KEY_LASTS = SETTINGS.session().signingKeyLasts();
  private static final Duration ACCESS_LASTS = SETTINGS.session().accessLasts();

  private final TestDatabase testDatabase = TestDatabase.create();
  private final Database database = testDatabase.database();
  private final MutableClock clock = new MutableClock();
  private final OrganizationId organization = testDatabase.newOrganization();
  private final Caller server = new Caller.Server(organization, "test");
  private final SessionRoom here = new SessionRoom(database, clock);
  private final SessionRoom there = new SessionRoom(database, clock);
  private final User ada = here.identity.user(organization, Role.VIEWER);

  @AfterEach
  void close() {
    testDatabase.close();
  }

  private SigningKeys node(MasterKey masterKey) {
    return new SigningKeys(
        database,
        clock,
        masterKey,
        SETTINGS,
        new Broadcast(database.dataSource()),
        Audits.on(clock));
  }

  private long stored() {
    return database.acrossOrganizations(handle ->
        handle.createQuery("select count(*) from session.signing_key").mapTo(Long.class).one());
  }

  @Test
  void nodesThatStartAtOnceShareOneKey() {
    List<SigningKey> keys = Race.of(8, _ -> () -> node(MASTER_KEY).current());
    assertThat(new HashSet<>(keys.stream().map(SigningKey::id).toList())).hasSize(1);
    assertThat(stored()).isEqualTo(1);
  }

  @Test
  void aNodeWithAnotherMasterKeyIsToldWhatToDo() {
    var _ = here.signingKeys.current();
    assertThatThrownBy(() -> node(OTHER_KEY).current())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("another master key")
        .hasMessageContaining(MASTER_KEY.fingerprint())
        .hasMessageContaining(OTHER_KEY.fingerprint())
        .hasMessageContaining("muster.master-key-file");
  }

  @Test
  void aDatabaseThatIsOlderThanTheMarkIsNotMarkedByTheWrongKey() {
    var _ = here.signingKeys.current();
    withoutMark();
    assertThatThrownBy(() -> node(OTHER_KEY).current())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("another master key");
    assertThat(node(MASTER_KEY).current().id()).isEqualTo(here.signingKeys.current().id());
  }

  @Test
  void aNewKeyIsKnownToEveryNodeBeforeItSigns() {
    String first = here.signingKeys.current().id();
    assertThat(there.signingKeys.current().id()).isEqualTo(first);

    Rotated next = here.signingKeys.rotate(server);

    assertThat(next.signsFrom()).isEqualTo(clock.instant().plus(SigningKeys.LEAD));
    assertThat(here.signingKeys.current().id()).isEqualTo(first);
    clock.advance(SigningKeys.BELIEVED); // what a deaf node remembers is over long before the lead
    assertThat(there.signingKeys.find(next.id())).isPresent();
    assertThat(there.signingKeys.current().id()).isEqualTo(first);
    clock.advance(SigningKeys.LEAD);
    assertThat(here.signingKeys.current().id()).isEqualTo(next.id());
    assertThat(there.signingKeys.current().id()).isEqualTo(next.id());
  }

  @Test
  void nobodyIsLoggedOutByARotation() {
    Sessions.Tokens tokens = here.logIn(ada);
    here.signingKeys.rotate(server);
    String old = here.sessions.refresh(tokens.refresh()).access();
    Duration lived = Duration.ZERO;
    while (lived.compareTo(ACCESS_LASTS) < 0) {
      assertThat(here.accessTokens.read(old)).isPresent();
      assertThat(there.accessTokens.read(old)).isPresent();
      here.signingKeys.keepUp(server);
      clock.advance(Duration.ofSeconds(30));
      lived = lived.plusSeconds(30);
    }
    assertThat(here.accessTokens.read(old)).isEmpty();
  }

  @Test
  void everyTokenIsReadByEveryNodeThroughManyRotations() {
    for (int minute = 0; minute < 60; minute++) {
      if (minute % 7 == 0) {
        (minute % 2 == 0 ? here : there).signingKeys.rotate(server);
      }
      SessionRoom signs = minute % 3 == 0 ? here : there;
      SessionRoom reads = minute % 3 == 0 ? there : here;
      Sessions.Tokens tokens = signs.logIn(ada);
      assertThat(reads.accessTokens.read(tokens.access())).as("minute %d", minute).isPresent();
      here.signingKeys.keepUp(server);
      clock.advance(Duration.ofMinutes(1));
    }
    assertThat(stored()).isLessThan(6);
  }

  @Test
  void anOldKeyIsDeletedWhenTheLastOfItsTokensHasExpired() {
    String old = here.logIn(ada).access();
    Rotated next = here.signingKeys.rotate(server);
    clock.advance(SigningKeys.LEAD.plus(ACCESS_LASTS).plus(SigningKeys.LEAD).minusSeconds(1));
    here.signingKeys.keepUp(server);
    assertThat(stored()).isEqualTo(2);
    clock.advance(Duration.ofSeconds(1));
    here.signingKeys.keepUp(server);
    assertThat(stored()).isEqualTo(1);
    assertThat(node(MASTER_KEY).current().id()).isEqualTo(next.id());
    assertThat(node(MASTER_KEY).find(here.signingKeys.current().id())).isPresent();
    assertThat(here.accessTokens.read(old)).isEmpty();
  }

  @Test
  void theJobMakesTheNextKeyWhenThePresentOneHasSignedLongEnough() {
    String first = here.signingKeys.current().id();
    clock.advance(KEY_LASTS.minusSeconds(1));
    here.signingKeys.keepUp(server);
    assertThat(stored()).isEqualTo(1);
    clock.advance(Duration.ofSeconds(1));
    var _ =
        Race.of(
            4,
            i ->
                () -> {
                  (i % 2 == 0 ? here : there).signingKeys.keepUp(server);
                  return i;
                });
    assertThat(stored()).isEqualTo(2);
    assertThat(here.signingKeys.current().id()).isEqualTo(first);
    clock.advance(SigningKeys.LEAD);
    assertThat(here.signingKeys.current().id()).isNotEqualTo(first);
  }

  @Test
  void rotationsThatComeTogetherMakeOneKey() {
    var _ = here.signingKeys.current();
    Set<String> made =
        Race.of(6, i -> () -> (i % 2 == 0 ? here : there).signingKeys.rotate(server)).stream()
            .map(Rotated::id)
            .collect(Collectors.toSet());
    assertThat(made).hasSize(1);
    assertThat(stored()).isEqualTo(2);
  }

  @Test
  void tokensThatAreIssuedWhileKeysRotateAreAllGood() {
    var _ = here.signingKeys.current();
    List<String> tokens =
        Race.of(
            8,
            i ->
                () -> {
                  if (i == 3) {
                    here.signingKeys.rotate(server);
                  }
                  return (i % 2 == 0 ? here : there).logIn(ada).access();
                });
    for (String token : tokens) {
      assertThat(here.accessTokens.read(token)).isPresent();
      assertThat(there.accessTokens.read(token)).isPresent();
    }
  }

  @Test
  void anUnknownKeyIdReadsTheDatabaseOnceASecondAtMost() {
    var _ = here.signingKeys.current();
    assertThat(here.signingKeys.find("unknown")).isEmpty();
    Rotated next = there.signingKeys.rotate(server);
    assertThat(here.signingKeys.find(next.id())).isEmpty();
    clock.advance(SigningKeys.UNKNOWN_READ_EVERY);
    assertThat(here.signingKeys.find(next.id())).isPresent();
  }

  @Test
  void onlyWhoManagesOrganizationsRotates() {
    Caller admin = here.identity.caller(here.identity.user(organization, Role.ADMIN));
    assertThatThrownBy(() -> here.signingKeys.rotate(admin)).isInstanceOf(Refusal.class);
    assertThat(new Caller.Person(organization, ada.id().value(), Role.ADMIN, true, false))
        .satisfies(home -> assertThat(here.signingKeys.rotate(home).id()).isNotBlank());
  }

  private void withoutMark() {
    try (var superuser = dev.muster.server.testing.TestPostgres.superuser(testDatabase.name());
        var statement = superuser.createStatement()) {
      statement.execute("delete from platform.master_key");
    } catch (java.sql.SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }
}
