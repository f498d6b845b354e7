package dev.muster.server.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;

/// Credentials that this node has found good within [#KNOWN_FOR], as the first half of their
/// SHA-256. It lets nobody in: it says whose credential is worth looking at while others at the
/// same address show bad ones. Only good ones are kept, so strangers cannot fill it.
final class KnownCredentials {
  static final Duration KNOWN_FOR = Duration.ofHours(1);

  private record Mark(long first, long second) {}

  private final Cache<Mark, Boolean> marks;

  KnownCredentials(int most, Ticker ticker) {
    this.marks =
        Caffeine.newBuilder().maximumSize(most).expireAfterWrite(KNOWN_FOR).ticker(ticker).build();
  }

  void add(String credential) {
    marks.put(mark(credential), true);
  }

  boolean contains(String credential) {
    return marks.getIfPresent(mark(credential)) != null;
  }

  private static Mark mark(String credential) {
    try {
      ByteBuffer hash =
          ByteBuffer.wrap(
              MessageDigest.getInstance("SHA-256")
                  .digest(credential.getBytes(StandardCharsets.UTF_8)));
      return new Mark(hash.getLong(), hash.getLong());
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
