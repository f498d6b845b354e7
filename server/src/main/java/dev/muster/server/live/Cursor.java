package dev.muster.server.live;

import dev.muster.server.platform.Refusal;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.UUID;

/// A place in the log of changes: after the change of that number, which need not be there.
///
/// @param epoch the life of the database that it is good for; see
///   [dev.muster.server.platform.Epoch]
public record Cursor(UUID epoch, long number) {
  private static final byte VERSION = 1;
  private static final int BYTES = 1 + 16 + 8;

  /// What clients are given, and give back as it is.
  public String text() {
    ByteBuffer bytes =
        ByteBuffer.allocate(BYTES)
            .put(VERSION)
            .putLong(epoch.getMostSignificantBits())
            .putLong(epoch.getLeastSignificantBits())
            .putLong(number);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
  }

  /// Reads what [#text] wrote.
  ///
  /// @throws Refusal `invalid parameter` when it is anything else
  public static Cursor parse(String text) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
      if (bytes.remaining() == BYTES && bytes.get() == VERSION) {
        Cursor cursor = new Cursor(new UUID(bytes.getLong(), bytes.getLong()), bytes.getLong());
        if (cursor.number >= 0 && cursor.text().equals(text)) {
          return cursor;
        }
      }
    } catch (IllegalArgumentException _) {
      // refused below
    }
    throw Refusal.parameter(
        "cursor", "must be one that this server gave, or be left out to begin from now");
  }

  Cursor at(long other) {
    return new Cursor(epoch, other);
  }
}
