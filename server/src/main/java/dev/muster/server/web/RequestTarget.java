package dev.muster.server.web;

import dev.muster.server.platform.JsonText;
import dev.muster.server.platform.Refusal;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// The path and query of a request line, before anybody decodes them. What is no UTF-8 would
/// silently become U+FFFD further on, so it is refused here.
final class RequestTarget {
  private RequestTarget() {}

  static void refuseUnreadable(String target) {
    try {
      var _ = new URI(target).getPath();
    } catch (URISyntaxException malformed) {
      throw Refusal.parameter(
          "path", "is not a valid URI: percent-encode what is not allowed in it");
    }
    int question = target.indexOf('?');
    requireText("path", question < 0 ? target : target.substring(0, question));
    requireText("query", question < 0 ? "" : target.substring(question + 1));
  }

  private static void requireText(String part, String encoded) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes(encoded))).toString();
    } catch (CharacterCodingException notText) {
      throw Refusal.parameter(part, "must be UTF-8, without lone surrogates, percent-encoded");
    }
    if (!JsonText.isStorable(text)) {
      throw Refusal.parameter(part, JsonText.UNSTORABLE);
    }
  }

  private static byte[] bytes(String encoded) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(encoded.length());
    for (int i = 0; i < encoded.length(); i++) {
      char c = encoded.charAt(i);
      if (c == '%') {
        bytes.write(Integer.parseInt(encoded, i + 1, i + 3, 16));
        i += 2;
      } else {
        bytes.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
      }
    }
    return bytes.toByteArray();
  }
}
