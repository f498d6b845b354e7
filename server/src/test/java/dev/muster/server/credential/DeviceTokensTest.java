package dev.muster.server.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.device.Device;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.CheckedSecrets;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.MachineSecret;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Role;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.Tenants;
import dev.muster.server.testing.TestSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeviceTokensTest {
  private final CredentialRoom room = new CredentialRoom();
  private final DeviceTokens tokens = room.deviceTokens;

  @AfterAll
  void close() {
    room.close();
  }

  @Test
  void aTokenSaysWhoseItIs() {
    Device device = room.device();
    String token = room.token(device);

    Caller.Device caller = tokens.check(token);

    assertThat(token).matches("md_[0-9a-f]{32}_[A-Za-z0-9_-]{43}");
    assertThat(caller.deviceId()).isEqualTo(device.id().value());
    assertThat(caller.organization()).isEqualTo(device.organization());
    assertThat(tokens.check(token)).isEqualTo(caller);
  }

  @Test
  void aWrongSecretIsRefusedBeforeAndAfterTheRightOneWasSeen() {
    String token = room.token(room.device());
    String wrong = token.substring(0, token.length() - 1) + (token.endsWith("A") ? "B" : "A");
    String unknown = MachineSecret.generate(UUID.randomUUID()).text("md_");

    refused(wrong);
    tokens.check(token);
    refused(wrong);
    refused(unknown);
    refused("md_" + "x".repeat(10_000));
    refused("md_");
  }

  @Test
  void aRevokedTokenIsRefusedAtOnce() {
    Device device = room.device();
    String token = room.token(device);
    UUID credential = tokens.check(token).credentialId();
    List<UUID> heard = new java.util.concurrent.CopyOnWriteArrayList<>();
    tokens.onRevoked(heard::add);

    tokens.revokeAll(room.operator, device.handle());

    refused(token);
    assertThat(heard).containsExactly(credential);
    assertThat(tokens.revokedAmong(List.of(credential))).containsExactly(credential);
  }

  @Test
  void aTokenIsForgottenAYearAfterItWasRevoked() {
    Device device = room.device();
    UUID credential = tokens.check(room.token(device)).credentialId();
    tokens.revokeAll(room.operator, device.handle());
    TokenRetention retention =
        new TokenRetention(
            room.database,
            () -> room.clock.instant().plus(Duration.ofDays(366)),
            TestSettings.of(Map.of()));
    Device current = room.device();
    String token = room.token(current);

    retention.run();

    assertThat(
            room.database.<Boolean>acrossOrganizations(
                handle -> DeviceTokenStore.find(handle, credential).isPresent()))
        .isFalse();
    assertThat(tokens.check(token).deviceId()).isEqualTo(current.id().value());
  }

  @Test
  void noCheckThatRacesARevocationLeavesTheTokenRemembered() {
    for (int round = 0; round < 10; round++) {
      Device device = room.device();
      String token = room.token(device);
      Race.times(
          8,
          i -> {
            if (i == 4) {
              tokens.revokeAll(room.operator, device.handle());
            } else {
              try {
                tokens.check(token);
              } catch (Refusal _) {
                // the revocation was first
              }
            }
            return true;
          });
      refused(token);
    }
  }

  @Test
  void theFirstUseOfANewTokenRetiresTheOlderOnesAndNoSooner() {
    Device device = room.device();
    String old = room.token(device);
    tokens.check(old);
    String lost = room.token(device);
    String latest = room.token(device);

    tokens.check(old);
    tokens.check(latest);

    refused(old);
    refused(lost);
    tokens.check(latest);
  }

  @Test
  void anotherNodeHearsOfARevocation() throws InterruptedException {
    Device device = room.device();
    String token = room.token(device);
    try (Broadcast here = new Broadcast(room.database.dataSource());
        Broadcast there = new Broadcast(room.database.dataSource())) {
      DeviceTokens other = room.node(there);
      BlockingQueue<UUID> heard = new LinkedBlockingQueue<>();
      other.onRevoked(heard::add);
      CountDownLatch listening = new CountDownLatch(1);
      there.onReset(listening::countDown);
      here.start();
      there.start();
      assertThat(listening.await(10, TimeUnit.SECONDS)).isTrue();
      UUID credential = other.check(token).credentialId();

      tokens.revokeAll(room.operator, device.handle());
      new RevocationRelay(here)
          .heard(device.organization(), new CredentialEvent.Revoked(List.of(credential)));

      assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(credential);
      assertThatThrownBy(() -> other.check(token)).isInstanceOf(Refusal.class);
    }
  }

  @Test
  void aNodeThatHearsNothingBelievesATokenForAMinuteAtMost() {
    Device device = room.device();
    String token = room.token(device);
    DeviceTokens deaf = room.node(new Broadcast(room.database.dataSource()));
    deaf.check(token);

    tokens.revokeAll(room.operator, device.handle());
    room.clock.advance(CheckedSecrets.BELIEVED.minus(Duration.ofMillis(1)));
    deaf.check(token);
    room.clock.advance(Duration.ofMillis(1));

    assertThatThrownBy(() -> deaf.check(token)).isInstanceOf(Refusal.class);
  }

  @Test
  void aRevocationIsStoredForTheOtherNodes() {
    Device device = room.device();
    room.token(device);
    room.outbox.deliver();

    tokens.revokeAll(room.operator, device.handle());

    assertThat(room.outbox.deliver()).isEqualTo(1);
  }

  @Test
  void anotherOrganizationCannotRevoke() {
    Device device = room.device();
    Caller stranger = Tenants.person(Tenants.fresh(room.database), Role.ADMIN);
    Caller viewer = Tenants.person(device.organization(), Role.VIEWER);

    code(ErrorCode.NOT_FOUND, () -> tokens.revokeAll(stranger, device.handle()));
    code(ErrorCode.FORBIDDEN, () -> tokens.revokeAll(viewer, device.handle()));
  }

  private void refused(String token) {
    code(ErrorCode.UNAUTHENTICATED, () -> tokens.check(token));
  }

  private static void code(
      ErrorCode code, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(code));
  }
}
