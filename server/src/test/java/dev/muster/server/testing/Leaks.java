package dev.muster.server.testing;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Looks for secrets in text: as they are, and in every encoding that hides nothing (JSON once and
/// twice, URL, hexadecimal, base64 of either alphabet at any place of a longer text).
public final class Leaks {
  /// What is looked for, and what it is.
  private final Map<String, String> needles = new LinkedHashMap<>();

  private final List<String> found = new ArrayList<>();

  /// @param what names the secret in what [#found] says
  public Leaks of(String what, String secret) {
    if (secret.length() < 8) {
      throw new IllegalArgumentException("too short to be told from chance: " + what);
    }
    byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
    needles.put(secret, what);
    needles.put(json(secret), what + " as JSON");
    needles.put(json(json(secret)), what + " as JSON in JSON");
    needles.put(URLEncoder.encode(secret, StandardCharsets.UTF_8), what + " in a URL");
    needles.put(HexFormat.of().formatHex(bytes), what + " in hexadecimal");
    for (int shift = 0; shift < 3; shift++) {
      String base64 = base64(bytes, shift);
      needles.put(base64, what + " in base64");
      needles.put(base64.replace('+', '-').replace('/', '_'), what + " in base64url");
    }
    return this;
  }

  private static String json(String text) {
    return new String(JsonStringEncoder.getInstance().quoteAsString(text));
  }

  /// The characters that depend on the secret alone when `shift` other bytes come before it.
  private static String base64(byte[] secret, int shift) {
    byte[] shifted = new byte[secret.length + shift];
    System.arraycopy(secret, 0, shifted, shift, secret.length);
    String text = Base64.getEncoder().encodeToString(shifted);
    return text.substring((shift * 8 + 5) / 6, shifted.length * 8 / 6);
  }

  /// Remembers what of the secrets is in the text.
  ///
  /// @param where names the text
  public void lookIn(String where, String text) {
    needles.forEach((needle, what) -> {
      if (text.contains(needle)) {
        found.add(what + " is in " + where);
      }
    });
  }

  /// What was found so far, one sentence each, without the secrets.
  public List<String> found() {
    return found;
  }
}
