package dev.muster.server.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.platform.CheckedSecrets.Stored;
import dev.muster.server.testing.MutableClock;
import io.quarkus.elytron.security.common.BcryptUtil;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CheckedSecretsTest {
  private final MutableClock clock = new MutableClock();
  private final CheckedSecrets<String> checked = new CheckedSecrets<>(clock, 10);
  private final MachineSecret secret = MachineSecret.generate(Ids.next());
  private final AtomicInteger reads = new AtomicInteger();
  private final AtomicInteger uses = new AtomicInteger();
  private @Nullable Stored<String> stored = new Stored<>(secret.hash(), "row");

  private Optional<String> check(MachineSecret presented) {
    return checked.check(presented, this::find, _ -> uses.incrementAndGet());
  }

  private Optional<Stored<String>> find() {
    reads.incrementAndGet();
    return Optional.ofNullable(stored);
  }

  @Test
  void aSecretIsReadOnceAMinuteAndAgainWhenItIsDropped() {
    for (int i = 0; i < 5; i++) {
      assertThat(check(secret)).contains("row");
    }
    assertThat(reads).hasValue(1);
    clock.advance(CheckedSecrets.BELIEVED.minusMillis(1));
    assertThat(check(secret)).contains("row");
    assertThat(reads).hasValue(1);
    clock.advance(Duration.ofMillis(1));
    assertThat(check(secret)).contains("row");
    assertThat(reads).hasValue(2);
    checked.drop(secret.id());
    checked.dropAll();
    assertThat(check(secret)).contains("row");
    assertThat(reads).hasValue(3);
    assertThat(uses).hasValue(3);
  }

  @Test
  void aSecretThatIsStoredAsBcryptIsGoodStill() {
    stored = new Stored<>(BcryptUtil.bcryptHash(secret.secret(), 4), "row");
    assertThat(check(MachineSecret.generate(secret.id()))).isEmpty();
    assertThat(check(secret)).contains("row");
  }

  @Test
  void whatIsUsedIsBelievedOnByOneLookForAll() throws InterruptedException {
    MachineSecret other = MachineSecret.generate(Ids.next());
    assertThat(check(secret)).contains("row");
    stored = new Stored<>(other.hash(), "other");
    assertThat(check(other)).contains("other");
    clock.advance(Duration.ofSeconds(40));
    checked.renew(
        asked -> {
          assertThat(asked).containsExactlyInAnyOrder(secret.id(), other.id());
          return List.of(other.id());
        },
        Duration.ZERO);

    clock.advance(Duration.ofSeconds(40));
    assertThat(checked.known(secret)).isEqualTo("row");
    assertThat(checked.known(other)).as("one that was refused").isNull();

    clock.advance(Duration.ofMinutes(16));
    checked.renew(
        asked -> {
          assertThat(asked).as("used in the last quarter of an hour").isEmpty();
          return List.of();
        },
        Duration.ZERO);
    assertThat(checked.known(secret)).isNull();
  }

  @Test
  void anotherSecretOfTheSameIdIsRefusedWithoutALook() {
    MachineSecret other = MachineSecret.generate(secret.id());
    assertThat(check(other)).isEmpty();
    assertThat(check(secret)).contains("row");
    int before = reads.get();
    assertThat(check(other)).isEmpty();
    assertThat(reads).hasValue(before);
    assertThat(uses).hasValue(1);
  }

  @Test
  void whatIsGoneIsRefusedWhenItIsReadAgain() {
    assertThat(check(secret)).contains("row");
    stored = null;
    checked.drop(secret.id());
    assertThat(check(secret)).isEmpty();
  }

  @Test
  void whatIsDroppedWhileItIsCheckedIsNotRemembered() {
    assertThat(
            checked.check(
                secret,
                this::find,
                _ -> {
                  checked.drop(secret.id());
                  stored = null;
                }))
        .contains("row");
    assertThat(check(secret)).isEmpty();
  }

  @Test
  void whatIsRefusedAtItsUseIsNotRemembered() {
    assertThatThrownBy(() ->
            checked.check(
                secret,
                this::find,
                _ -> {
                  throw Refusal.notFound("use");
                }))
        .isInstanceOf(Refusal.class);
    assertThat(check(secret)).contains("row");
    assertThat(reads).hasValue(2);
  }
}
