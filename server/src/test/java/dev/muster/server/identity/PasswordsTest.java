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
  void anUnknownUserCostsAboutAsMuchAsAWrongPassword() {
    String hash = passwords.hash("password", "correct-horse-battery");
    long wrong = fastest(() -> assertThat(passwords.matches("wrong-password", hash)).isFalse());
    long unknown = fastest(() -> assertThat(passwords.matches("wrong-password", null)).isFalse());
    assertThat((double) unknown / wrong).isBetween(0.5, 2.0);
  }

  private static long fastest(Runnable work) {
    long fastest = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      long start = System.nanoTime();
      work.run();
      fastest = Math.min(fastest, System.nanoTime() - start);
    }
    return fastest;
  }
}
