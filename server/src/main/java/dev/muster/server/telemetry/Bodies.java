package dev.muster.server.telemetry;

import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/// A body while it comes in, of a limited size, also when it is unzipped.
final class Bodies {
  private final int most;
  private byte[] bytes = new byte[2048];
  private int length;

  Bodies(int most) {
    this.most = most;
  }

  /// Says whether there was room.
  boolean add(Buffer part) {
    int end = length + part.length();
    if (end > most) {
      return false;
    }
    if (end > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.min(most, Math.max(end, 2 * bytes.length)));
    }
    part.getBytes(0, part.length(), bytes, length);
    length = end;
    return true;
  }

  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }

  Refusal tooLarge() {
    return Refusal.of(
        ErrorCode.TOO_LARGE, "This body may have " + most / 1024 + " KiB at the most, unzipped.");
  }

  /// @throws Refusal when it is no gzip, or larger than allowed
  Bodies unzipped() {
    try (GZIPInputStream unzip = new GZIPInputStream(new ByteArrayInputStream(bytes, 0, length))) {
      byte[] whole = unzip.readNBytes(most + 1);
      if (whole.length > most) {
        throw tooLarge();
      }
      Bodies unzipped = new Bodies(most);
      unzipped.bytes = whole;
      unzipped.length = whole.length;
      return unzipped;
    } catch (IOException failure) {
      throw Refusal.of(ErrorCode.MALFORMED_REQUEST, "The body is not what gzip makes.");
    }
  }
}
