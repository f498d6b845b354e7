package dev.muster.server.session;

import java.security.PrivateKey;
import java.security.PublicKey;
import java.time.Instant;

/// A key of access tokens, opened.
///
/// @param id the `kid` of its tokens
/// @param signsFrom when it takes over from the one before
record SigningKey(
    String id, PublicKey publicKey, PrivateKey privateKey, Instant createdAt, Instant signsFrom) {
  @Override
  public String toString() {
    return "SigningKey[" + id + "]";
  }
}
