package dev.muster.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.muster.cli.client.Failure;
import dev.muster.protocol.Catalogue;
import dev.muster.protocol.Json;
import dev.muster.protocol.MonitoredApp;
import dev.muster.protocol.Setting;
import dev.muster.protocol.SettingProblem;
import dev.muster.protocol.SettingType;
import dev.muster.protocol.UpdateWindow;
import dev.muster.protocol.WifiNetworks;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Settings as words of the command line: `cameraDisabled=false`, `appsRequired=com.a,com.b`. The
/// catalogue says what the words mean, and refuses here what the server would refuse.
final class SettingWords {

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  private SettingWords() {}

  /// The value that a known setting takes from `text`. A secret one is never repeated.
  static JsonNode typed(Setting setting, String text) {
    JsonNode value =
        switch (setting.type()) {
          case SettingType.Flag _ -> flag(text);
          case SettingType.Version _, SettingType.OneOf _ -> TextNode.valueOf(text);
          case SettingType.Packages _ -> packages(text);
          case SettingType.AppOrNone _ ->
              text.equals("null") ? NullNode.instance : TextNode.valueOf(text);
          case SettingType.Whole _, MonitoredApp _, UpdateWindow _, WifiNetworks _ -> free(text);
        };
    List<SettingProblem> problems = setting.type().problems(setting.key(), toProtocol(value));
    if (!problems.isEmpty()) {
      throw new Failure.Usage(
          problems.stream()
              .map(problem -> problem.key() + " " + problem.message())
              .collect(Collectors.joining("\n", "", setting.secret() ? "." : not(text))));
    }
    return value;
  }

  private static String not(String text) {
    return ", not «" + text + "».";
  }

  /// The value of a setting that only its policy knows: JSON when it is JSON, else the text itself.
  static JsonNode free(String text) {
    try {
      JsonNode value = JSON.readTree(text);
      return value.isMissingNode() ? TextNode.valueOf(text) : value;
    } catch (JsonProcessingException e) {
      return TextNode.valueOf(text);
    }
  }

  /// Refuses a key that the catalogue does not have, and says which one may have been meant.
  static Failure.Usage unknown(String key) {
    return new Failure.Usage(
        "There is no setting «"
            + key
            + "»."
            + closest(key).map(it -> " Did you mean " + it + "?").orElse("")
            + "\nSettings: "
            + String.join(", ", keys().toList()));
  }

  private static Optional<String> closest(String key) {
    String word = key.toLowerCase(Locale.ROOT);
    record Near(String key, int distance) {}
    return keys()
        .map(known -> new Near(known, distance(word, known.toLowerCase(Locale.ROOT))))
        .filter(near -> near.distance() <= Math.max(2, near.key().length() / 3))
        .min(Comparator.comparingInt(Near::distance))
        .map(Near::key);
  }

  private static Stream<String> keys() {
    return Catalogue.all().stream().map(Setting::key);
  }

  private static JsonNode flag(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true", "yes", "on" -> BooleanNode.TRUE;
      case "false", "no", "off" -> BooleanNode.FALSE;
      default -> TextNode.valueOf(text);
    };
  }

  private static JsonNode packages(String text) {
    if (text.startsWith("[")) {
      return free(text);
    }
    ArrayNode names = JsonNodeFactory.instance.arrayNode();
    Stream.of(text.split(",", -1)).map(String::strip).filter(n -> !n.isEmpty()).forEach(names::add);
    return names;
  }

  /// The same value in the form that the shared rules take.
  static Json toProtocol(JsonNode value) {
    return switch (value.getNodeType()) {
      case BOOLEAN -> Json.of(value.booleanValue());
      case NUMBER -> new Json.Num(value.decimalValue());
      case STRING -> Json.of(value.textValue());
      case ARRAY -> new Json.Arr(value.valueStream().map(SettingWords::toProtocol).toList());
      case OBJECT ->
          Json.obj(
              value
                  .propertyStream()
                  .collect(Collectors.toMap(Map.Entry::getKey, it -> toProtocol(it.getValue()))));
      case NULL, MISSING, BINARY, POJO -> Json.NULL;
    };
  }

  /// Edit distance with one row: insertions, deletions and replacements each count one.
  private static int distance(String one, String other) {
    int[] row = new int[other.length() + 1];
    for (int j = 0; j <= other.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        int replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[other.length()];
  }

  /// One `key=value`.
  record Word(String key, String value) {
    static Word of(String text) {
      int equals = text.indexOf('=');
      if (equals < 1) {
        throw new Failure.Usage("«" + text + "» is not KEY=VALUE, as in cameraDisabled=false.");
      }
      return new Word(text.substring(0, equals), text.substring(equals + 1));
    }

    static List<Word> all(List<String> texts) {
      return texts.stream().map(Word::of).toList();
    }
  }
}
