package dev.muster.server.audit;

import dev.muster.protocol.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;

/// The fields of an entry that are a person's own data. They are kept beside the entry, which holds
/// their commitment, SHA-256 over a random salt and the fields: while they are there they cannot be
/// changed, and when they are erased the chain stays whole and tells nothing of them.
///
/// @param salt 32 random bytes in lower-case hex
record Personal(String salt, Json.Obj before, Json.Obj after) {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int SALT_BYTES = 32;

  static Personal of(Json.Obj before, Json.Obj after) {
    byte[] salt = new byte[SALT_BYTES];
    RANDOM.nextBytes(salt);
    return new Personal(HexFormat.of().formatHex(salt), before, after);
  }

  String commitment() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(HexFormat.of().parseHex(salt));
      Json fields = Json.obj(Map.of("before", before, "after", after));
      return HexFormat.of()
          .formatHex(digest.digest(fields.canonical().getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
