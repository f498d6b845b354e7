package dev.muster.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.muster.protocol.CommandSignature.Signed;
import java.time.Instant;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import org.junit.jupiter.api.Test;

class CommandSignatureTest {
  private static final Signed PING =
      new Signed("req-1", "dev-001", "ping", "2025-10-18T19:30:00+00:00", Map.of());

  @Test
  void theVectorOfTheContractHolds() {
    assertThat(CommandSignature.hmac("test-secret", PING))
        .isEqualTo("82757fa872e5ad18d56e4296ea0929d4c03f72d8b4041d82775373b5e5148a19");
  }

  @Test
  void timesHaveMicrosecondsAndAnOffset() {
    assertThat(CommandSignature.time(Instant.parse("2025-10-18T19:30:00Z")))
        .isEqualTo("2025-10-18T19:30:00.000000+00:00");
    assertThat(CommandSignature.time(Instant.parse("2025-10-18T19:30:00.123456789Z")))
        .isEqualTo("2025-10-18T19:30:00.123456+00:00");
  }

  @Test
  void theParametersAreCoveredByTheSecondSignatureOnly() {
    Signed other =
        new Signed("req-1", "dev-001", "ping", "2025-10-18T19:30:00+00:00", Map.of("a", "1"));

    assertThat(CommandSignature.hmac("s", other)).isEqualTo(CommandSignature.hmac("s", PING));
    assertThat(CommandSignature.hmac2("s", other)).isNotEqualTo(CommandSignature.hmac2("s", PING));
    assertThat(
            CommandSignature.verifies(
                "s", other, CommandSignature.hmac("s", other), CommandSignature.hmac2("s", PING)))
        .isFalse();
  }

  @Test
  void aPipeThatWouldMakeTwoCommandsOneIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Signed("a|b", "dev", "ping", "t", Map.of()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Signed("a", "b|dev", "ping", "t", Map.of()));
  }

  @Test
  void theFingerprintNamesASecretAndDoesNotSayIt() {
    assertThat(CommandSignature.fingerprint("test-secret"))
        .hasSize(16)
        .matches("[0-9a-f]+")
        .isNotEqualTo(CommandSignature.fingerprint("test-secreu"));
  }

  @Property(tries = 200)
  void onlyTheSignedCommandVerifiesUnderTheSecret(
      @ForAll @AlphaChars String secret,
      @ForAll @AlphaChars String other,
      @ForAll Map<@AlphaChars String, String> parameters) {
    String key = "k" + secret;
    Signed command = new Signed("r", "d", "ping", "t", parameters);
    String hmac = CommandSignature.hmac(key, command);
    String hmac2 = CommandSignature.hmac2(key, command);

    assertThat(CommandSignature.verifies(key, command, hmac, hmac2)).isTrue();
    assertThat(CommandSignature.verifies("x" + other, command, hmac, hmac2)).isFalse();
    assertThat(
            CommandSignature.verifies(
                key, new Signed("r", "d", "ring", "t", parameters), hmac, hmac2))
        .isFalse();
  }
}
