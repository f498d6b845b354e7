package dev.muster.server.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.platform.Refusal;
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
