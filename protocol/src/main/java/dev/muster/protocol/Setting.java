package dev.muster.protocol;

import java.util.Collections;
import java.util.EnumSet;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/// One setting that a policy may carry: its values, where it applies and what satisfies it.
///
/// @param key the name in payloads and reports, camelCase
/// @param type the values that it takes
/// @param platforms the platforms that know it
/// @param secret whether its value must never be shown again once it is set. A secret setting is
///   `EXACT`: it is compared by its digest ([SecretDigest])
/// @param satisfied how an observed value is measured against the desired one
/// @param summary one sentence for people
public record Setting(
    String key,
    SettingType type,
    Set<Platform> platforms,
    boolean secret,
    Satisfied satisfied,
    String summary) {

  private static final Pattern KEY = Pattern.compile("[a-z][A-Za-z0-9]{0,63}");

  /// How an observed value is measured against the desired one.
  public enum Satisfied {
    /// Equal as JSON, in the normal form of the type.
    EXACT,
    /// Equal or greater.
    AT_LEAST,
    /// Equal or smaller, and above zero: a device writes zero or less where it has no limit at all.
    AT_MOST,
    /// Everything desired is in what is observed; more may be.
    CONTAINS,
    /// Everything observed is in what is desired; less may be.
    WITHIN
  }

  public Setting {
    if (!KEY.matcher(key).matches()) {
      throw new IllegalArgumentException("Not a setting's key: " + key);
    }
    if (!type.allows(satisfied)) {
      throw new IllegalArgumentException(
          key + " has values that cannot be compared by " + satisfied);
    }
    if (secret && satisfied != Satisfied.EXACT) {
      throw new IllegalArgumentException(key + " is secret and can only be compared by EXACT");
    }
    EnumSet<Platform> copy = EnumSet.noneOf(Platform.class);
    copy.addAll(platforms);
    platforms = Collections.unmodifiableSet(copy);
  }

  /// Whether a device of this platform is told about the setting.
  public boolean appliesTo(Platform platform) {
    return platform == Platform.OTHER || platforms.contains(platform);
  }

  /// Whether a device that really has `actual` does what `desired` asks. An actual value of the
  /// wrong type satisfies nothing; one outside the range that a policy may ask for is measured like
  /// any other.
  public boolean satisfiedBy(Json desired, Json actual) {
    return switch (satisfied) {
      case EXACT -> type.normal(desired).equals(type.normal(actual));
      case AT_LEAST -> {
        OptionalInt order = type.compare(actual, desired);
        yield order.isPresent() && order.getAsInt() >= 0;
      }
      case AT_MOST -> {
        OptionalInt order = type.compare(actual, desired);
        OptionalInt sign = type.compare(actual, Json.of(0));
        yield order.isPresent() && order.getAsInt() <= 0 && sign.isPresent() && sign.getAsInt() > 0;
      }
      case CONTAINS -> isIn(desired, actual);
      case WITHIN -> isIn(actual, desired);
    };
  }

  private static boolean isIn(Json few, Json many) {
    return few instanceof Json.Arr inside
        && many instanceof Json.Arr around
        && around.items().containsAll(inside.items());
  }
}
