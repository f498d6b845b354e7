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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A credential of a machine, `<prefix>_<id>_<secret>`: the id finds its row, the secret of 256
/// random bits proves it. It exists where it is made and where it is checked, and is never stored.
///
/// What is stored is its SHA-256: against 256 random bits a slow hash defends nothing, and a fleet
/// that reconnects at once would pay for it. Rows of earlier versions have bcrypt, which is good
/// still.
public record MachineSecret(UUID id, String secret) {
  private static final String SHA_256 = "sha256:";
  private static final int SECRET_BYTES = 32;
  private static final Pattern FORM = Pattern.compile("([0-9a-f]{32})_([A-Za-z0-9_-]{43})");
  private static final SecureRandom RANDOM = new SecureRandom();

  public static MachineSecret generate(UUID id) {
    byte[] bytes = new byte[SECRET_BYTES];
    RANDOM.nextBytes(bytes);
    return new MachineSecret(id, Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }

  /// Empty when `credential` cannot be one of this prefix.
  public static Optional<MachineSecret> parse(String prefix, String credential) {
    if (!credential.startsWith(prefix)) {
      return Optional.empty();
    }
    Matcher matcher = FORM.matcher(credential.substring(prefix.length()));
    return matcher.matches()
        ? Optional.of(new MachineSecret(uuid(matcher.group(1)), matcher.group(2)))
        : Optional.empty();
  }

  private static UUID uuid(String hex) {
    return new UUID(
        HexFormat.fromHexDigitsToLong(hex, 0, 16), HexFormat.fromHexDigitsToLong(hex, 16, 32));
  }

  /// The credential as its holder sends it.
  public String text(String prefix) {
    return prefix + id.toString().replace("-", "") + "_" + secret;
  }

  /// What is stored of the secret.
  public String hash() {
    return SHA_256 + digest();
  }

  public boolean matches(String hash) {
    return hash.startsWith(SHA_256)
        ? sameText(hash, hash())
        : BcryptUtil.matches(secret, hash);
  }

  /// What a node remembers of a secret that it has checked.
  String digest() {
    try {
      byte[] text = secret.getBytes(StandardCharsets.US_ASCII);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /// In a time that does not tell where they differ.
  static boolean sameText(String one, String other) {
    return MessageDigest.isEqual(
        one.getBytes(StandardCharsets.US_ASCII), other.getBytes(StandardCharsets.US_ASCII));
  }

  /// Without the secret.
  @Override
  public String toString() {
    return "MachineSecret[" + id + "]";
  }
}
