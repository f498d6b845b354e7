package dev.muster.server.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.platform.Refusal;
import dev.muster.server.testing.TestSettings;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PasswordsTest {
  private final Passwords passwords = new Passwords(10);

  @Test
  void fromTwelveToSeventyTwoBytesAreTaken() {
    for (String good : new String[] {"x".repeat(12), "x".repeat(72), "ü".repeat(36)}) {
      assertThat(passwords.matches(good, passwords.hash("password", good))).isTrue();
    }
    for (String bad : new String[] {"", "x".repeat(11), "x".repeat(73), "ü".repeat(37)}) {
      assertThatThrownBy(() -> passwords.hash("password", bad)).isInstanceOf(Refusal.class);
    }
  }

  @Test
  void anOpenServerTakesShorterOnesAndTheSettingDecidesForBoth() {
    assertThat(shortest(Map.of())).isEqualTo(12);
    assertThat(shortest(Map.of("muster.open", "true"))).isEqualTo(8);
    Map<String, String> both = Map.of("muster.open", "true", "muster.password-bytes", "15");
    assertThat(shortest(both)).isEqualTo(15);
  }

  private static int shortest(Map<String, String> settings) {
    Passwords those = new Passwords(TestSettings.of(settings));
    return IntStream.rangeClosed(1, 72)
        .filter(bytes -> takes(those, "x".repeat(bytes)))
        .findFirst()
        .orElseThrow();
  }

  private static boolean takes(Passwords passwords, String password) {
    try {
      passwords.hash("password", password);
      return true;
    } catch (Refusal refusal) {
      assertThat(refusal).hasMessageContaining("password");
      return false;
    }
  }

  @Test
  void nothingMatchesNobodyAndNothingIsCutToMatch() {
    String hash = passwords.hash("password", "x".repeat(72));
    assertThat(passwords.matches("x".repeat(73), hash)).isFalse();
    assertThat(passwords.matches("", hash)).isFalse();
    assertThat(passwords.matches("x".repeat(72), null)).isFalse();
  }

  @Test
  void anUnknownUserIsComparedWithAHashOfTheSameCost() {
    String hash = passwords.hash("password", "correct-horse-battery");
    String costOfHash = hash.substring(0, hash.lastIndexOf('$') + 1);
    assertThat(passwords.hashOfNobody()).startsWith(costOfHash).hasSameSizeAs(hash);
    assertThat(passwords.matches("correct-horse-battery", null)).isFalse();
  }
}
