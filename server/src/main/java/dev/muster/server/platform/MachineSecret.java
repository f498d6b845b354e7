package dev.muster.server.platform;

import io.quarkus.elytron.security.common.BcryptUtil;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import java.util.function.IntPredicate;

/// A credential of a machine, `<prefix>_<id>_<secret>`: the id finds its row, the secret of 256
/// random bits proves it. It exists where it is made and where it is checked, and is never stored.
///
/// What is stored is its SHA-256: against 256 random bits a slow hash defends nothing, and a fleet
/// that reconnects at once would pay for it. Rows of earlier versions have bcrypt, which is good
/// still.
public record MachineSecret(UUID id, String secret) {
  private static final String SHA_256 = "sha256:";
  private static final int SECRET_BYTES = 32;
  private static final int ID_DIGITS = 32;
  private static final int SECRET_LETTERS = 43;
  private static final SecureRandom RANDOM = new SecureRandom();

  public static MachineSecret generate(UUID id) {
    byte[] bytes = new byte[SECRET_BYTES];
    RANDOM.nextBytes(bytes);
    return new MachineSecret(id, Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }

  /// Empty when `credential` cannot be one of this prefix.
  public static Optional<MachineSecret> parse(String prefix, String credential) {
    int secret = prefix.length() + ID_DIGITS + 1;
    if (credential.length() != secret + SECRET_LETTERS
        || !credential.startsWith(prefix)
        || credential.charAt(secret - 1) != '_'
        || !isAll(credential, prefix.length(), secret - 1, MachineSecret::isHex)
        || !isAll(credential, secret, credential.length(), MachineSecret::isBase64Url)) {
      return Optional.empty();
    }
    int low = prefix.length() + ID_DIGITS / 2;
    UUID id =
        new UUID(
            HexFormat.fromHexDigitsToLong(credential, prefix.length(), low),
            HexFormat.fromHexDigitsToLong(credential, low, secret - 1));
    return Optional.of(new MachineSecret(id, credential.substring(secret)));
  }

  private static boolean isAll(String text, int from, int to, IntPredicate kind) {
    for (int i = from; i < to; i++) {
      if (!kind.test(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isHex(int letter) {
    return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f');
  }

  private static boolean isBase64Url(int letter) {
    return (letter >= '0' && letter <= '9')
        || (letter >= 'a' && letter <= 'z')
        || (letter >= 'A' && letter <= 'Z')
        || letter == '-'
        || letter == '_';
  }

  /// The credential as its holder sends it.
  public String text(String prefix) {
    return prefix + id.toString().replace("-", "") + "_" + secret;
  }

  /// What is stored of the secret.
  public String hash() {
    return SHA_256 + HexFormat.of().formatHex(digest());
  }

  public boolean matches(String hash) {
    return hash.startsWith(SHA_256)
        ? MessageDigest.isEqual(
            hash.getBytes(StandardCharsets.US_ASCII), hash().getBytes(StandardCharsets.US_ASCII))
        : BcryptUtil.matches(secret, hash);
  }

  /// What a node remembers of a secret that it has checked.
  byte[] digest() {
    try {
      byte[] text = secret.getBytes(StandardCharsets.US_ASCII);
      return MessageDigest.getInstance("SHA-256").digest(text);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /// Without the secret.
  @Override
  public String toString() {
    return "MachineSecret[" + id + "]";
  }
}
