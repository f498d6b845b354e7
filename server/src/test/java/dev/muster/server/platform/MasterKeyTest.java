package dev.muster.server.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class MasterKeyTest {
  private static final String KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
  private static final String OTHER = "AQECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
  private static final byte[] SECRET = "secret".getBytes(StandardCharsets.UTF_8);

  private final MasterKey key = MasterKey.of(KEY);

  @Test
  void whatIsSealedOpensWithTheSameKeyAndContext() {
    assertThat(MasterKey.of(KEY).open(key.seal(SECRET, "here"), "here")).isEqualTo(SECRET);
  }

  @Test
  void sealingTwiceGivesDifferentBytes() {
    assertThat(key.seal(SECRET, "here")).isNotEqualTo(key.seal(SECRET, "here"));
  }

  @Test
  void anotherKeyAnotherContextAndAChangedByteOpenNothing() {
    byte[] sealed = key.seal(SECRET, "here");
    assertThatThrownBy(() -> MasterKey.of(OTHER).open(sealed, "here"))
        .hasMessageContaining("another master key");
    assertThatThrownBy(() -> key.open(sealed, "there")).isInstanceOf(IllegalStateException.class);
    sealed[sealed.length - 1] ^= 1;
    assertThatThrownBy(() -> key.open(sealed, "here")).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> key.open(new byte[3], "here"))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aKeyOfAnotherLengthIsRefused() {
    assertThatThrownBy(() -> MasterKey.of("AAEC")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> MasterKey.of("not base64!"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aFingerprintNamesAKeyAndAMacDependsOnKeyContextAndText() {
    assertThat(key.fingerprint()).hasSize(16).isEqualTo(MasterKey.of(KEY).fingerprint());
    assertThat(MasterKey.of(OTHER).fingerprint()).isNotEqualTo(key.fingerprint());
    assertThat(key.mac("a", "b")).isEqualTo(MasterKey.of(KEY).mac("a", "b"));
    assertThat(key.mac("a", "b"))
        .isNotEqualTo(key.mac("ab", ""))
        .isNotEqualTo(key.mac("b", "a"))
        .isNotEqualTo(MasterKey.of(OTHER).mac("a", "b"));
  }

  @Test
  void eachPurposeHasAKeyOfItsOwn() {
    assertThat(key.derive("a").getEncoded())
        .hasSize(32)
        .isEqualTo(MasterKey.of(KEY).derive("a").getEncoded())
        .isNotEqualTo(key.derive("b").getEncoded())
        .isNotEqualTo(MasterKey.of(OTHER).derive("a").getEncoded());
  }

  /// What is derived must never change: entries of years past are verified by it.
  @Test
  void theDerivationIsTheOneOfTheStandard() throws Exception {
    byte[] salt = new byte[32];
    byte[] pseudorandom = hmac(salt, java.util.Base64.getUrlDecoder().decode(KEY));
    byte[] info = "audit.entry".getBytes(StandardCharsets.UTF_8);
    byte[] block = java.util.Arrays.copyOf(info, info.length + 1);
    block[info.length] = 1;
    assertThat(key.derive("audit.entry").getEncoded()).isEqualTo(hmac(pseudorandom, block));
  }

  private static byte[] hmac(byte[] key, byte[] text) throws Exception {
    var mac = javax.crypto.Mac.getInstance("HmacSHA256");
    mac.init(new javax.crypto.spec.SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text);
  }
}
