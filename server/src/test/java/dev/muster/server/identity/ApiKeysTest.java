package dev.muster.server.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.CheckedSecrets;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.MachineSecret;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import dev.muster.server.platform.Role;
import dev.muster.server.testing.MutableClock;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.TestDatabase;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApiKeysTest {
  private final TestDatabase testDatabase = TestDatabase.create();
  private final Database database = testDatabase.database();
  private final MutableClock clock = new MutableClock();
  private final IdentityRoom room = node();
  private final OrganizationId organization = testDatabase.newOrganization();
  private final User admin = room.user(organization, Role.ADMIN);

  @AfterAll
  void close() {
    testDatabase.close();
  }

  /// One that hears nothing.
  private IdentityRoom node() {
    return new IdentityRoom(database, clock, new Broadcast(database.dataSource()));
  }

  private ApiKeys.Made made(Scope... scopes) {
    return made(admin, null, scopes);
  }

  private ApiKeys.Made made(User maker, @Nullable Duration lifetime, Scope... scopes) {
    return room.keys.create(room.caller(maker), new ApiKeys.NewKey("ci", Set.of(scopes), lifetime));
  }

  private Caller.Key check(String text) {
    return room.keys.check(text);
  }

  @Test
  void aKeyHasTheRightsOfItsScopesAndNoOthers() {
    String text = made(Scope.DEVICES, Scope.USERS_READ).text();
    Caller.Key caller = check(text);

    assertThat(text).matches("mk_[0-9a-f]{32}_[A-Za-z0-9_-]{43}");
    assertThat(caller.organization()).isEqualTo(organization);
    assertThat(caller.rights())
        .containsExactlyInAnyOrder(Right.READ, Right.WRITE_DEVICES, Right.READ_USERS);
    forbidden(() -> caller.require(Right.WRITE_USERS));
    assertThat(check(text)).isEqualTo(caller);
  }

  @Test
  void everyRightButThoseOfTheFirstOrganizationIsReachedBySomeScope() {
    Set<Right> reached = EnumSet.noneOf(Right.class);
    Arrays.stream(Scope.values()).forEach(scope -> reached.addAll(scope.rights()));
    Set<Right> wanted = EnumSet.allOf(Right.class);
    wanted.removeIf(Right::ofHomeOnly);
    assertThat(reached).isEqualTo(wanted);
    for (Scope scope : Scope.values()) {
      assertThat(Scope.named(scope.wireName())).contains(scope);
    }
  }

  @Test
  void onlyThoseWhoManageKeysMakeListAndRevokeThem() {
    ApiKeys.Made key = made(Scope.READ);
    for (Role role : Set.of(Role.OPERATOR, Role.VIEWER, Role.MEMBER)) {
      Caller caller = room.caller(room.user(organization, role));
      forbidden(() -> room.keys.create(caller, new ApiKeys.NewKey("x", Set.of(Scope.READ), null)));
      forbidden(() -> room.keys.list(caller, 1, 0));
      forbidden(() -> room.keys.require(caller, key.key().id().toString()));
      forbidden(() -> room.keys.revoke(caller, key.key().id().toString()));
    }
  }

  @Test
  void aKeyMakesNoKeyButMayRevokeOne() {
    Caller.Key caller = check(made(Scope.KEYS).text());
    ApiKeys.Made other = made(Scope.READ);
    forbidden(() -> room.keys.create(caller, new ApiKeys.NewKey("x", Set.of(Scope.KEYS), null)));
    room.keys.revoke(caller, other.key().id().toString());
    refused(other.text());
  }

  @Test
  void aKeyGivesNoUserMoreThanItHas() {
    Caller.Key users = check(made(Scope.USERS, Scope.READ).text());
    User viewer = room.users.create(users, newUser(Role.VIEWER));
    forbidden(() -> room.users.create(users, newUser(Role.ADMIN)));
    forbidden(() -> room.users.create(users, newUser(Role.OPERATOR)));
    forbidden(() -> room.users.change(users, viewer.id(), role(Role.ADMIN)));
    UserChange takeOver = new UserChange(null, null, null, "a-password-i-know");
    forbidden(() -> room.users.change(users, admin.id(), takeOver));
    room.users.change(users, viewer.id(), takeOver);
    Caller.Key all = check(made(Scope.values()).text());
    assertThat(room.users.create(all, newUser(Role.ADMIN)).role()).isEqualTo(Role.ADMIN);
  }

  @Test
  void inTheFirstOrganizationNoKeyMakesAnAdmin() {
    Caller.Key all =
        new Caller.Key(organization, UUID.randomUUID(), EnumSet.allOf(Right.class), true);
    Set<Right> ofScopes = EnumSet.allOf(Right.class);
    ofScopes.removeIf(Right::ofHomeOnly);
    Caller.Key key = new Caller.Key(organization, UUID.randomUUID(), ofScopes, true);
    forbidden(() -> room.users.create(key, newUser(Role.ADMIN)));
    assertThat(room.users.create(key, newUser(Role.OPERATOR)).active()).isTrue();
    assertThat(room.users.create(all, newUser(Role.ADMIN)).active()).isTrue();
  }

  @Test
  void whatItsMakerLosesAKeyLoses() {
    User maker = room.user(organization, Role.ADMIN);
    String text = made(maker, null, Scope.READ, Scope.USERS, Scope.DEVICES).text();
    Caller server = new Caller.Server(organization, "test");

    room.users.change(server, maker.id(), role(Role.OPERATOR));
    assertThat(check(text).rights())
        .containsExactlyInAnyOrder(Right.READ, Right.WRITE_DEVICES, Right.READ_USERS);
    room.users.change(server, maker.id(), role(Role.MEMBER));
    assertThat(check(text).rights()).containsExactly(Right.READ);
    room.users.change(server, maker.id(), active(false));
    refused(text);
    room.users.change(server, maker.id(), active(true));
    room.users.change(server, maker.id(), role(Role.ADMIN));
    assertThat(check(text).rights()).contains(Right.WRITE_USERS);
  }

  @Test
  void aKeyEndsWithItsLifetimeThoughItIsRemembered() {
    String text = made(admin, Duration.ofSeconds(30), Scope.READ).text();
    check(text);
    clock.advance(Duration.ofSeconds(30).minusMillis(1));
    check(text);
    clock.advance(Duration.ofMillis(1));
    refused(text);
  }

  @Test
  void anUnknownOrWrongSecretIsRefusedBeforeAndAfterTheRightOneWasSeen() {
    String text = made(Scope.READ).text();
    String wrong = text.substring(0, text.length() - 1) + (text.endsWith("A") ? "B" : "A");
    refused(wrong);
    check(text);
    refused(wrong);
    refused(MachineSecret.generate(UUID.randomUUID()).text("mk_"));
    refused("mk_");
    refused("mk_unknown");
    refused("mk_" + "x".repeat(10_000));
  }

  @Test
  void theSecretIsStoredAsAHashOnly() {
    String text = made(Scope.READ).text();
    String stored =
        database.acrossOrganizations(handle ->
            handle
                .createQuery(
                    """
                    select (select string_agg(k::text, '') from identity.api_key k)
                      || (select string_agg(e::text, '') from audit.entry e)
                    """)
                .mapTo(String.class)
                .one());
    assertThat(stored).contains("sha256:").doesNotContain(text.substring(text.length() - 43));
  }

  @Test
  void aUseIsNotedOnceAMinute() {
    ApiKeys.Made key = made(Scope.READ);
    assertThat(stored(key).lastUsedAt()).isNull();
    check(key.text());
    var first = Objects.requireNonNull(stored(key).lastUsedAt());
    assertThat(first).isEqualTo(clock.instant());
    clock.advance(Duration.ofSeconds(59));
    check(key.text());
    node().keys.check(key.text());
    assertThat(stored(key).lastUsedAt()).isEqualTo(first);
    clock.advance(Duration.ofSeconds(1));
    check(key.text());
    assertThat(stored(key).lastUsedAt()).isEqualTo(clock.instant());
  }

  @Test
  void aNodeThatHearsNothingBelievesAKeyForAMinuteAtMost() {
    ApiKeys.Made key = made(Scope.READ);
    IdentityRoom deaf = node();
    deaf.keys.check(key.text());

    room.keys.revoke(room.caller(admin), key.key().id().toString());

    refused(key.text());
    clock.advance(CheckedSecrets.BELIEVED.minusMillis(1));
    deaf.keys.check(key.text());
    clock.advance(Duration.ofMillis(1));
    code(ErrorCode.UNAUTHENTICATED, () -> deaf.keys.check(key.text()));
  }

  @Test
  void anotherNodeHearsOfARevocation() throws InterruptedException {
    try (Broadcast here = new Broadcast(database.dataSource());
        Broadcast there = new Broadcast(database.dataSource())) {
      IdentityRoom one = new IdentityRoom(database, clock, here);
      IdentityRoom other = new IdentityRoom(database, clock, there);
      CountDownLatch connected = new CountDownLatch(1);
      CountDownLatch heard = new CountDownLatch(1);
      there.onReset(connected::countDown);
      there.listen("identity.api-key", _ -> heard.countDown()); // after the room's own listener
      here.start();
      there.start();
      assertThat(connected.await(30, TimeUnit.SECONDS)).isTrue();
      ApiKeys.Made key = made(Scope.READ);
      other.keys.check(key.text());

      one.keys.revoke(room.caller(admin), key.key().id().toString());

      assertThat(heard.await(30, TimeUnit.SECONDS)).isTrue();
      code(ErrorCode.UNAUTHENTICATED, () -> other.keys.check(key.text()));
    }
  }

  @Test
  void noCheckThatRacesARevocationLeavesTheKeyRemembered() {
    for (int round = 0; round < 10; round++) {
      ApiKeys.Made key = made(Scope.READ);
      var _ =
          Race.times(
              8,
              i -> {
                if (i == 4) {
                  room.keys.revoke(room.caller(admin), key.key().id().toString());
                } else {
                  try {
                    check(key.text());
                  } catch (Refusal _) {
                    // the revocation was first
                  }
                }
                return true;
              });
      refused(key.text());
    }
  }

  @Test
  void anotherOrganizationNeitherSeesNorRevokesAKey() {
    ApiKeys.Made key = made(Scope.READ);
    OrganizationId other = testDatabase.newOrganization();
    Caller stranger = room.caller(room.user(other, Role.ADMIN));
    String id = key.key().id().toString();
    code(ErrorCode.NOT_FOUND, () -> room.keys.require(stranger, id));
    code(ErrorCode.NOT_FOUND, () -> room.keys.revoke(stranger, id));
    code(ErrorCode.NOT_FOUND, () -> room.keys.revoke(stranger, "no-id"));
    assertThat(room.keys.list(stranger, 50, 0).count()).isZero();
    check(key.text());
  }

  @Test
  void revokingTwiceIsToldOnce() {
    ApiKeys.Made key = made(Scope.READ);
    var _ =
        Race.times(
            4,
            _ -> {
              room.keys.revoke(room.caller(admin), key.key().id().toString());
              return true;
            });
    assertThat(audited(key)).isEqualTo("api_key.created api_key.revoked");
  }

  private String audited(ApiKeys.Made key) {
    return database.acrossOrganizations(handle ->
        handle
            .createQuery(
                """
                select string_agg(action, ' ' order by id) from audit.entry
                where target_kind = 'api_key' and target_id = :id
                """)
            .bind("id", key.key().id().toString())
            .mapTo(String.class)
            .one());
  }

  private ApiKey stored(ApiKeys.Made key) {
    return room.keys.require(room.caller(admin), key.key().id().toString());
  }

  private static NewUser newUser(Role role) {
    return new NewUser(UUID.randomUUID() + "@example.org", "x", IdentityRoom.PASSWORD, role);
  }

  private static UserChange role(Role role) {
    return new UserChange(null, role, null, null);
  }

  private static UserChange active(boolean active) {
    return new UserChange(null, null, active, null);
  }

  private void refused(String text) {
    code(ErrorCode.UNAUTHENTICATED, () -> check(text));
  }

  private static void forbidden(ThrowingCallable call) {
    code(ErrorCode.FORBIDDEN, call);
  }

  private static void code(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(code));
  }
}
