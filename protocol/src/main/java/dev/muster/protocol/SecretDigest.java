package dev.muster.protocol;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// What stands for a secret value wherever it is compared and not used: in a device's report, in
/// what the server compares a report with, and in hashes of documents.
///
/// On the wire it is `{"digest": "<hex>"}`: HMAC-SHA-256 in 64 lower-case hexadecimal digits, over
/// the key of the setting, a line feed and the canonical JSON of the value in its normal form
/// ([SettingType#normal]), in UTF-8. The key of the HMAC belongs to one value. The server derives
/// it from that value and from its master key, hands it to the devices that are handed the value
/// (`digestKeys`), and stores it nowhere. So a copy of the database, or of all reports, is no place
/// to try out passwords: without the key no guess can be checked, and who has the key has the
/// password already. (A plain hash, or one whose salt lies beside it, would give a password of
/// eight characters away in hours.)
public final class SecretDigest {
  private static final String FIELD = "digest";
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

  private SecretDigest() {}

  /// The digest of a value.
  public static Json.Obj of(byte[] key, Setting setting, Json value) {
    String hex = Hex.of(hmac(key, message(setting, value)));
    return new Json.Obj(Collections.singletonMap(FIELD, Json.of(hex)));
  }

  /// The HMAC-SHA-256 of the same message: what the key of a value is derived by.
  public static byte[] deriveKey(byte[] organizationKey, Setting setting, Json value) {
    return hmac(organizationKey, message(setting, value));
  }

  /// Whether a value has the form of a digest.
  public static boolean isDigest(Json value) {
    return value instanceof Json.Obj obj
        && obj.fields().size() == 1
        && obj.fields().get(FIELD) instanceof Json.Text text
        && HEX.matcher(text.value()).matches();
  }

  /// The settings with a digest in the place of each secret value. One without a key is masked.
  ///
  /// @param keys by setting
  public static Json.Obj digested(Json.Obj settings, Map<String, byte[]> keys) {
    Map<String, Json> result = new TreeMap<>();
    settings
        .fields()
        .forEach((key, value) -> {
          Setting secret = Catalogue.find(key).filter(Setting::secret).orElse(null);
          byte[] digestKey = keys.get(key);
          if (secret == null) {
            result.put(key, value);
          } else {
            result.put(
                key, digestKey == null ? Json.of(Payloads.MASK) : of(digestKey, secret, value));
          }
        });
    return new Json.Obj(result);
  }

  /// The text with every text that is in the secret value replaced by [Payloads#MASK]. Texts of
  /// fewer than four characters stay: they are no secrets, and are in every sentence.
  public static String scrubbed(String text, Json secret) {
    String result = text;
    for (String part : texts(secret)) {
      if (part.length() >= 4) {
        result = result.replace(part, Payloads.MASK);
      }
    }
    return result;
  }

  /// The longest first, so that one that is part of another leaves nothing of it.
  private static List<String> texts(Json value) {
    List<String> texts = new ArrayList<>();
    collect(value, texts);
    texts.sort((one, other) -> Integer.compare(other.length(), one.length()));
    return texts;
  }

  private static void collect(Json value, List<String> texts) {
    if (value instanceof Json.Text text) {
      texts.add(text.value());
    } else if (value instanceof Json.Arr arr) {
      arr.items().forEach(item -> collect(item, texts));
    } else if (value instanceof Json.Obj obj) {
      obj.fields().values().forEach(item -> collect(item, texts));
    }
  }

  private static byte[] message(Setting setting, Json value) {
    String text = setting.key() + "\n" + setting.type().normal(value).canonical();
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] hmac(byte[] key, byte[] message) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(message);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("This Java runtime has no HMAC-SHA-256", impossible);
    }
  }
}
