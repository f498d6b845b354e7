package dev.muster.protocol;

import dev.muster.protocol.Setting.Satisfied;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/// The values that a setting takes.
public sealed interface SettingType
    permits SettingType.Flag,
        SettingType.Whole,
        SettingType.Version,
        SettingType.OneOf,
        SettingType.Packages,
        SettingType.AppOrNone,
        MonitoredApp,
        UpdateWindow,
        WifiNetworks {

  /// Everything that is wrong with the value as something to ask of a device; empty when nothing
  /// is. No message repeats the value, which may be a secret in the wrong place.
  ///
  /// @param at what the caller calls the value; what is wrong inside is named from there:
  ///   `wifiNetworks[0].ssid`
  List<SettingProblem> problems(String at, Json value);

  /// Whether values of this type can be measured in this way.
  boolean allows(Satisfied satisfied);

  /// What the values are, to be read after the setting's name: `whole number from 0 to 64`.
  String words();

  /// Negative, zero or positive as `left` is less than, equal to or greater than `right`; empty
  /// when the two cannot be compared.
  default OptionalInt compare(Json left, Json right) {
    return OptionalInt.empty();
  }

  /// The one form of all values that mean the same, for [Satisfied#EXACT] and for digests. A value
  /// of another type is its own form.
  default Json normal(Json value) {
    return value;
  }

  /// No problem when `accepted`, else the one that `message` tells.
  static List<SettingProblem> unless(boolean accepted, String at, String message) {
    return accepted
        ? Collections.emptyList()
        : Collections.singletonList(new SettingProblem(at, message));
  }

  /// On or off; off is less than on.
  record Flag() implements SettingType {
    @Override
    public List<SettingProblem> problems(String at, Json value) {
      return unless(value instanceof Json.Bool, at, "must be true or false");
    }

    @Override
    public boolean allows(Satisfied satisfied) {
      return satisfied == Satisfied.EXACT || satisfied == Satisfied.AT_LEAST;
    }

    @Override
    public OptionalInt compare(Json left, Json right) {
      return left instanceof Json.Bool one && right instanceof Json.Bool other
          ? OptionalInt.of(Boolean.compare(one.value(), other.value()))
          : OptionalInt.empty();
    }

    @Override
    public String words() {
      return "flag";
    }
  }

  /// A whole number from `min` to `max`, both included.
  record Whole(long min, long max) implements SettingType {
    @Override
    public List<SettingProblem> problems(String at, Json value) {
      boolean accepted =
          value instanceof Json.Num num
              && num.value().scale() <= 0
              && num.value().compareTo(BigDecimal.valueOf(min)) >= 0
              && num.value().compareTo(BigDecimal.valueOf(max)) <= 0;
      return unless(accepted, at, "must be a " + words());
    }

    @Override
    public boolean allows(Satisfied satisfied) {
      return satisfied != Satisfied.CONTAINS && satisfied != Satisfied.WITHIN;
    }

    @Override
    public OptionalInt compare(Json left, Json right) {
      return left instanceof Json.Num one && right instanceof Json.Num other
          ? OptionalInt.of(one.value().compareTo(other.value()))
          : OptionalInt.empty();
    }

    @Override
    public String words() {
      return "whole number from " + min + " to " + max;
    }
  }

  /// A version: one to eight numbers with dots between. A missing number counts as zero, so `14`
  /// and `14.0` are the same version.
  record Version() implements SettingType {
    private static final Pattern DOTTED = Pattern.compile("[0-9]{1,9}(\\.[0-9]{1,9}){0,7}");

    @Override
    public List<SettingProblem> problems(String at, Json value) {
      return unless(isVersion(value), at, "must be a version such as \"14\" or \"10.0.19045\"");
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

    @Override
    public String words() {
      return "version";
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

  /// One of a few words, the least first.
  record OneOf(List<String> values) implements SettingType {
    public OneOf {
      values = Collections.unmodifiableList(new ArrayList<>(values));
    }

    static OneOf of(String... values) {
      return new OneOf(Arrays.asList(values));
    }

    @Override
    public List<SettingProblem> problems(String at, Json value) {
      return unless(order(value) >= 0, at, "must be " + words());
    }

    @Override
    public boolean allows(Satisfied satisfied) {
      return satisfied == Satisfied.EXACT || satisfied == Satisfied.AT_LEAST;
    }

    @Override
    public OptionalInt compare(Json left, Json right) {
      return order(left) >= 0 && order(right) >= 0
          ? OptionalInt.of(Integer.compare(order(left), order(right)))
          : OptionalInt.empty();
    }

    private int order(Json value) {
      return value instanceof Json.Text text ? values.indexOf(text.value()) : -1;
    }

    @Override
    public String words() {
      return "one of " + String.join(", ", values);
    }
  }

  /// A set of package names, at most `maxItems` of them.
  record Packages(int maxItems) implements SettingType {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+-]{0,254}");
    private static final String SHAPE =
        "such as \"com.example.app\""
            + " (letters, digits, dots, underscores, plus and minus signs, at most 255)";

    @Override
    public List<SettingProblem> problems(String at, Json value) {
      if (!(value instanceof Json.Arr arr)) {
        return unless(false, at, "must be a list of package names " + SHAPE);
      }
      if (arr.items().size() > maxItems) {
        return unless(false, at, "must name at most " + maxItems + " packages");
      }
      List<SettingProblem> problems = new ArrayList<>();
      Set<Json> seen = new HashSet<>();
      for (int i = 0; i < arr.items().size(); i++) {
        Json item = arr.items().get(i);
        String here = at + "[" + i + "]";
        problems.addAll(unless(isName(item), here, "must be a package name " + SHAPE));
        problems.addAll(unless(seen.add(item), here, "is in the list twice"));
      }
      return problems;
    }

    static boolean isName(Json value) {
      return value instanceof Json.Text name && NAME.matcher(name.value()).matches();
    }

    @Override
    public boolean allows(Satisfied satisfied) {
      return satisfied == Satisfied.CONTAINS || satisfied == Satisfied.WITHIN;
    }

    @Override
    public String words() {
      return "set of at most " + maxItems + " package names";
    }
  }

  /// The name of one package, or null for none.
  record AppOrNone() implements SettingType {
    @Override
    public List<SettingProblem> problems(String at, Json value) {
      return unless(
          value.equals(Json.NULL) || Packages.isName(value),
          at,
          "must be a package name such as \"com.example.app\", or null for none");
    }

    @Override
    public boolean allows(Satisfied satisfied) {
      return satisfied == Satisfied.EXACT;
    }

    @Override
    public String words() {
      return "package name or null";
    }
  }
}
