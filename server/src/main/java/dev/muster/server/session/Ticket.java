package dev.muster.server.session;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/// A ticket for one WebSocket as a page has it: 256 random bits. Only its hash is stored; SHA-256
/// is enough for what cannot be guessed.
record Ticket(String value) {
  private static final SecureRandom RANDOM = new SecureRandom();

  static Ticket random() {
    byte[] random = new byte[32];
    RANDOM.nextBytes(random);
    return new Ticket(Base64.getUrlEncoder().withoutPadding().encodeToString(random));
  }

  byte[] hash() {
    try {
      return MessageDigest.getInstance("SHA-256").digest(value.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  @Override
  public String toString() {
    return "Ticket";
  }
}
