package dev.muster.protocol;

import dev.muster.protocol.Setting.Satisfied;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The values that a setting takes.
public sealed interface SettingType {

  /// What is wrong with the value as something to ask of a device: a sentence that says what would
  /// be accepted, or null when nothing is wrong.
  @Nullable String problem(Json value);

  /// Whether values of this type can be measured in this way.
  boolean allows(Satisfied satisfied);

  /// Negative, zero or positive as `left` is less than, equal to or greater than `right`; empty
  /// when the two cannot be compared.
  default OptionalInt compare(Json left, Json right) {
    return OptionalInt.empty();
  }

  /// On or off.
  record Flag() implements SettingType {
    @Override
    public @Nullable String problem(Json value) {
      return value instanceof Json.Bool ? null : "must be true or false";
    }

    @Override
    public boolean allows(Satisfied satisfied) {
      return satisfied == Satisfied.EXACT;
    }
  }

  /// A whole number from `min` to `max`, both included.
  record Whole(long min, long max) implements SettingType {
    @Override
    public @Nullable String problem(Json value) {
      boolean accepted =
          value instanceof Json.Num num
              && num.value().scale() <= 0
              && num.value().compareTo(BigDecimal.valueOf(min)) >= 0
              && num.value().compareTo(BigDecimal.valueOf(max)) <= 0;
      return accepted ? null : "must be a whole number from " + min + " to " + max;
    }

    @Override
    public boolean allows(Satisfied satisfied) {
      return satisfied != Satisfied.CONTAINS;
    }

    @Override
    public OptionalInt compare(Json left, Json right) {
      return left instanceof Json.Num one && right instanceof Json.Num other
          ? OptionalInt.of(one.value().compareTo(other.value()))
          : OptionalInt.empty();
    }
  }

  /// A version: one to eight numbers with dots between. A missing number counts as zero, so `14`
  /// and `14.0` are the same version.
  record Version() implements SettingType {
    private static final Pattern DOTTED = Pattern.compile("[0-9]{1,9}(\\.[0-9]{1,9}){0,7}");

    @Override
    public @Nullable String problem(Json value) {
      return isVersion(value) ? null : "must be a version such as \"14\" or \"10.0.19045\"";
    }

    @Override
    public boolean allows(Satisfied satisfied) {
      return satisfied == Satisfied.EXACT || satisfied == Satisfied.AT_LEAST;
    }

    @Override
    public OptionalInt compare(Json left, Json right) {
      return isVersion(left) && isVersion(right)
          ? OptionalInt.of(compare(((Json.Text) left).value(), ((Json.Text) right).value()))
          : OptionalInt.empty();
    }

    private static boolean isVersion(Json value) {
      return value instanceof Json.Text text && DOTTED.matcher(text.value()).matches();
    }

    private static int compare(String left, String right) {
      String[] one = left.split("\\.", -1);
      String[] other = right.split("\\.", -1);
      for (int i = 0; i < Math.max(one.length, other.length); i++) {
        int order = Integer.compare(part(one, i), part(other, i));
        if (order != 0) {
          return order;
        }
      }
      return 0;
    }

    private static int part(String[] parts, int i) {
      return i < parts.length ? Integer.parseInt(parts[i]) : 0;
    }
  }

  /// A set of package names, at most `maxItems` of them.
  record Packages(int maxItems) implements SettingType {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+-]{0,254}");

    @Override
    public @Nullable String problem(Json value) {
      if (!(value instanceof Json.Arr arr)) {
        return "must be a list of package names";
      }
      if (arr.items().size() > maxItems) {
        return "must name at most " + maxItems + " packages";
      }
      Set<Json> seen = new HashSet<>();
      for (Json item : arr.items()) {
        if (!(item instanceof Json.Text name) || !NAME.matcher(name.value()).matches()) {
          return "must be a list of package names such as \"com.example.app\""
              + " (letters, digits, dots, underscores, plus and minus signs, at most 255)";
        }
        if (!seen.add(item)) {
          return "names " + name.value() + " twice";
        }
      }
      return null;
    }

    @Override
    public boolean allows(Satisfied satisfied) {
      return satisfied == Satisfied.CONTAINS;
    }
  }
}
