package dev.muster.protocol;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The rules of policy payloads: what they may hold, and how several become one.
public final class Payloads {
  /// What is shown in the place of a secret value.
  public static final String MASK = "********";

  private static final int MAX_KEY = 128;

  private Payloads() {}

  /// Everything that is wrong with a payload, by key; empty when it may be published. What
  /// contradicts itself is told when each setting is right alone.
  ///
  /// @param freeKeys whether keys that the catalogue does not have are allowed (policies of type
  ///   `CUSTOM`); those that it has are checked all the same
  public static List<SettingProblem> problems(Json.Obj payload, boolean freeKeys) {
    List<SettingProblem> problems = new ArrayList<>();
    for (Map.Entry<String, Json> field : payload.fields().entrySet()) {
      Optional<Setting> setting = Catalogue.find(field.getKey());
      String problem = null;
      if (setting.isPresent()) {
        problems.addAll(setting.get().type().problems(field.getKey(), field.getValue()));
      } else if (freeKeys) {
        problem = freeProblem(field.getKey(), field.getValue());
      } else {
        problem =
            "is not a setting of the catalogue; only a policy of type CUSTOM may have keys of its own";
      }
      if (problem != null) {
        problems.add(new SettingProblem(field.getKey(), problem));
      }
    }
    return problems.isEmpty() ? Contradictions.in(payload) : problems;
  }

  private static @Nullable String freeProblem(String key, Json value) {
    if (key.isEmpty() || key.length() > MAX_KEY || !isStorable(key)) {
      return "must be a key of 1 to " + MAX_KEY + " characters, without NUL and lone surrogates";
    }
    if (!isStorable(value)) {
      return "must not contain NUL or a lone surrogate";
    }
    if (!(Observed.fromWire(value) instanceof Observed.Value)) {
      return "must not look like a device's answer that it does not support a setting or failed at it";
    }
    return null;
  }

  private static boolean isStorable(Json value) {
    if (value instanceof Json.Text text) {
      return isStorable(text.value());
    }
    if (value instanceof Json.Arr arr) {
      return arr.items().stream().allMatch(Payloads::isStorable);
    }
    if (value instanceof Json.Obj obj) {
      return obj.fields().entrySet().stream()
          .allMatch(field -> isStorable(field.getKey()) && isStorable(field.getValue()));
    }
    return true;
  }

  static boolean isStorable(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == 0 || CanonicalJson.isLoneSurrogate(text, i)) {
        return false;
      }
    }
    return true;
  }

  /// One payload out of several: key by key the later wins, but sets that must be contained are
  /// united and sorted, so that no policy can take away what another one requires or blocks.
  public static Json.Obj merge(List<Json.Obj> weakestFirst) {
    Map<String, Json> merged = new TreeMap<>();
    for (Json.Obj payload : weakestFirst) {
      for (Map.Entry<String, Json> field : payload.fields().entrySet()) {
        Json stronger = field.getValue();
        Json weaker = merged.get(field.getKey());
        merged.put(
            field.getKey(),
            isContained(field.getKey()) && stronger instanceof Json.Arr arr
                ? united(weaker, arr)
                : stronger);
      }
    }
    return new Json.Obj(merged);
  }

  private static boolean isContained(String key) {
    return Catalogue.find(key)
        .filter(setting -> setting.satisfied() == Setting.Satisfied.CONTAINS)
        .isPresent();
  }

  private static Json united(@Nullable Json weaker, Json.Arr stronger) {
    Map<String, Json> byText = new TreeMap<>();
    stronger.items().forEach(item -> byText.put(item.canonical(), item));
    if (weaker instanceof Json.Arr arr) {
      arr.items().forEach(item -> byText.put(item.canonical(), item));
    }
    return new Json.Arr(new ArrayList<>(byText.values()));
  }

  /// `base` with the keys of `override` in the place of its own, sets included: what one device is
  /// told by name is what it gets, and the only way to ask less of it than of its group.
  public static Json.Obj override(Json.Obj base, Json.Obj override) {
    Map<String, Json> result = new TreeMap<>(base.fields());
    result.putAll(override.fields());
    return new Json.Obj(result);
  }

  /// The settings without those of the catalogue that do not apply to the platform.
  public static Json.Obj forPlatform(Json.Obj settings, Platform platform) {
    Map<String, Json> result = new TreeMap<>(settings.fields());
    result
        .keySet()
        .removeIf(
            key -> Catalogue.find(key).filter(known -> !known.appliesTo(platform)).isPresent());
    return new Json.Obj(result);
  }

  /// The settings as they may be shown, whether desired or observed: every secret value is [#MASK],
  /// in whatever form it is. That a device does not support or failed at a setting is shown.
  public static Json.Obj masked(Json.Obj settings) {
    Map<String, Json> result = new TreeMap<>(settings.fields());
    result.replaceAll((key, value) -> isSecret(key) ? masked(value) : value);
    return new Json.Obj(result);
  }

  private static Json masked(Json value) {
    return Observed.fromWire(value) instanceof Observed.Value ? Json.of(MASK) : value;
  }

  /// Whether the catalogue marks the setting as secret.
  public static boolean isSecret(String key) {
    return Catalogue.find(key).filter(Setting::secret).isPresent();
  }
}
