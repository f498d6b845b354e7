package dev.muster.server.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.identity.IdentityRoom;
import dev.muster.server.identity.User;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Role;
import dev.muster.server.testing.MutableClock;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoginThrottleTest {
  private static final String HERE = "192.0.2.1";
  private static final String EMAIL = "ada@example.org";

  private final TestDatabase testDatabase = TestDatabase.create();
  private final Database database = testDatabase.database();
  private final MutableClock clock = new MutableClock();
  private final SessionRoom room = new SessionRoom(database, clock);
  private final LoginThrottle throttle = room.throttle;

  /// The same after a restart, or on another node.
  private final LoginThrottle elsewhere = new SessionRoom(database, clock).throttle;

  @AfterEach
  void close() {
    testDatabase.close();
  }

  private void guess(int times, String address, String email) {
    for (int i = 0; i < times; i++) {
      assertThat(throttle.attempt(address, email)).isNotNull();
    }
  }

  private void refused(LoginThrottle by, String address, String email) {
    assertThatThrownBy(() -> by.attempt(address, email))
        .isInstanceOfSatisfying(
            Refusal.class,
            refused -> assertThat(refused.code()).isEqualTo(ErrorCode.TOO_MANY_REQUESTS));
  }

  @Test
  void theCountEndsWithItsWindowOrWithALogin() {
    guess(LoginThrottle.OF_BOTH, HERE, EMAIL);
    clock.advance(Duration.ofMinutes(1));
    assertThatThrownBy(() -> throttle.attempt(HERE, " ADA@example.org"))
        .isInstanceOfSatisfying(
            Refusal.class,
            refused ->
                assertThat(Objects.requireNonNull(refused.retryAfter()))
                    .isEqualTo(Duration.ofMinutes(4)));
    guess(1, "192.0.2.2", EMAIL);
    guess(1, HERE, "other@example.org");
    clock.advance(Duration.ofMinutes(4));
    guess(1, HERE, EMAIL);
    throttle.succeeded(HERE, EMAIL);
    guess(LoginThrottle.OF_BOTH, HERE, EMAIL);
  }

  @Test
  void whatIsCountedHoldsOnOtherNodesAndAfterARestart() {
    guess(LoginThrottle.OF_BOTH, HERE, EMAIL);
    refused(elsewhere, HERE, EMAIL);
    refused(new SessionRoom(database, clock).throttle, HERE, EMAIL);
  }

  @Test
  void guessesMadeAtOnceOnTwoNodesAreAllCounted() {
    List<Boolean> passed =
        Race.of(
            40,
            i ->
                () -> {
                  try {
                    var _ = (i % 2 == 0 ? throttle : elsewhere).attempt(HERE, EMAIL);
                    return true;
                  } catch (Refusal _) {
                    return false;
                  }
                });
    assertThat(passed).filteredOn(Boolean::booleanValue).hasSize(LoginThrottle.OF_BOTH);
  }

  @Test
  void whoGuessesFromManyAddressesIsHeldUpAndTheOwnerWhereTheyAreKnownIsNot() {
    guess(1, HERE, EMAIL);
    throttle.succeeded(HERE, EMAIL);
    for (int i = 0; i < LoginThrottle.OF_ACCOUNT; i++) {
      guess(1, "198.51.100." + i, EMAIL);
    }
    refused(throttle, "198.51.100.99", EMAIL);
    refused(elsewhere, "203.0.113.7", EMAIL);
    guess(1, HERE, EMAIL);
    guess(1, "203.0.113.7", "other@example.org");
    clock.advance(LoginThrottle.WINDOW);
    guess(1, "203.0.113.7", EMAIL);
  }

  @Test
  void oneAddressAloneNeverLocksAnAccountForOthers() {
    guess(LoginThrottle.OF_BOTH, HERE, EMAIL);
    for (int i = 0; i < LoginThrottle.OF_ACCOUNT; i++) {
      refused(throttle, HERE, EMAIL);
    }
    guess(1, "203.0.113.7", EMAIL);
  }

  @Test
  void oneAddressThatTriesManyAccountsIsHeldUp() {
    for (int i = 0; i < LoginThrottle.OF_ADDRESS; i++) {
      guess(1, HERE, "user" + i + "@example.org");
    }
    refused(throttle, HERE, "new@example.org");
    guess(1, "203.0.113.7", "new@example.org");
    assertThat(counts()).isLessThanOrEqualTo(2L * LoginThrottle.OF_ADDRESS + 4);
  }

  @Test
  void loginsThatSucceedAreNotHeldAgainstTheirAddress() {
    for (int i = 0; i < LoginThrottle.OF_ADDRESS + 10; i++) {
      guess(1, HERE, EMAIL);
      throttle.succeeded(HERE, EMAIL);
    }
    guess(1, HERE, EMAIL);
  }

  @Test
  void ofAnIpv6AddressTheNetworkCounts() {
    for (int i = 0; i < LoginThrottle.OF_BOTH; i++) {
      guess(1, "2001:db8:1:2::" + Integer.toHexString(i + 1), EMAIL);
    }
    refused(throttle, "2001:db8:1:2:ffff::1", EMAIL);
    guess(1, "2001:db8:1:3::1", EMAIL);
  }

  @Test
  void spellingsThatADatabaseMayTakeForOneAddressCountAsOne() {
    List<String> spellings =
        List.of(
            "kim@example.org",
            " KIM@EXAMPLE.ORG ",
            "k\u0130m@example.org", // İ
            "k\u0131m@example.org", // ı
            "\u212aim@example.org", // the sign of Kelvin
            "\uff4bim@example.org", // k of full width
            "ki\u0307m@example.org"); // with a dot more
    for (int i = 0; i < LoginThrottle.OF_BOTH; i++) {
      guess(1, HERE, spellings.get(i % spellings.size()));
    }
    spellings.forEach(spelling -> refused(throttle, HERE, spelling));
  }

  @Test
  void theTableNamesNobody() {
    guess(1, HERE, "my-password-by-mistake");
    String stored =
        database.acrossOrganizations(handle ->
            handle
                .createQuery(
                    "select string_agg(encode(key, 'escape'), ' ') from session.login_count")
                .mapTo(String.class)
                .one());
    assertThat(stored).doesNotContain("my-password").doesNotContain(HERE);
  }

  @Test
  void theSweepRemovesWhatIsOver() {
    guess(1, HERE, EMAIL);
    throttle.succeeded(HERE, EMAIL);
    guess(3, HERE, EMAIL);
    clock.advance(LoginThrottle.WINDOW);
    new SessionSweep(database, clock).run();
    assertThat(counts()).isEqualTo(1); // where the account is known
    clock.advance(LoginThrottle.KNOWN_FOR);
    new SessionSweep(database, clock).run();
    assertThat(counts()).isZero();
  }

  @Test
  void theAuditLogIsToldOfTheFirstAndTheLastFailureOnAKnownAccount() {
    OrganizationId organization = testDatabase.newOrganization();
    User ada = room.identity.user(organization, Role.VIEWER);
    for (int i = 0; i < LoginThrottle.OF_BOTH + 5; i++) {
      assertThatThrownBy(() ->
              room.logIn(
                  SessionRoom.HERE, ada.email().toUpperCase(Locale.ROOT), "not-the-password"))
          .isInstanceOf(Refusal.class);
      assertThatThrownBy(
              () -> room.logIn(SessionRoom.HERE, "nobody@example.org", "not-the-password"))
          .isInstanceOf(Refusal.class);
    }
    List<String> told =
        database.in(
            organization,
            handle ->
                handle
                    .createQuery(
                        """
                        select target_id from audit.entry where action = 'login.failed'
                        """)
                    .mapTo(String.class)
                    .list());
    assertThat(told).containsExactly(ada.id().toString(), ada.id().toString());
    clock.advance(LoginThrottle.WINDOW);
    assertThat(room.logIn(SessionRoom.HERE, ada.email(), IdentityRoom.PASSWORD).user().id())
        .isEqualTo(ada.id());
  }

  private long counts() {
    return database.acrossOrganizations(handle ->
        handle.createQuery("select count(*) from session.login_count").mapTo(Long.class).one());
  }
}
