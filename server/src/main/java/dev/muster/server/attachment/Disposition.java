package dev.muster.server.attachment;

import java.nio.charset.StandardCharsets;

/// The header by which a browser saves a file under its name, and never shows it (RFC 6266).
final class Disposition {
  private Disposition() {}

  static String of(String name) {
    StringBuilder encoded = new StringBuilder();
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      boolean plain = b > 0 && (Character.isLetterOrDigit(b) || b == '.' || b == '-' || b == '_');
      encoded.append(plain ? String.valueOf((char) b) : "%%%02X".formatted(b));
    }
    return "attachment; filename=\"%s\"; filename*=UTF-8''%s"
        .formatted(name.replaceAll("[^A-Za-z0-9 ._-]", "_"), encoded);
  }
}
