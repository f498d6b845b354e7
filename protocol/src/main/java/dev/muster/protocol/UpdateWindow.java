package dev.muster.protocol;

import dev.muster.protocol.Setting.Satisfied;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// When a device may install system updates, in its own time zone: `{"start": "22:00", "end":
/// "04:30", "days": ["sat", "sun"]}`. A window whose end is not after its start passes midnight,
/// and then belongs to the day on which it starts. Without `days` it opens every day.
public record UpdateWindow() implements SettingType {
  private static final String START = "start";
  private static final String END = "end";
  private static final String DAYS = "days";
  private static final List<String> WEEK =
      Collections.unmodifiableList(Arrays.asList("mon", "tue", "wed", "thu", "fri", "sat", "sun"));
  private static final Pattern TIME = Pattern.compile("([01][0-9]|2[0-3]):[0-5][0-9]");

  @Override
  public List<SettingProblem> problems(String at, Json value) {
    if (!(value instanceof Json.Obj window)) {
      return SettingType.unless(
          false, at, "must be an object such as {\"start\": \"22:00\", \"end\": \"04:30\"}");
    }
    Fields fields = new Fields(at, window, Arrays.asList(START, END, DAYS));
    time(fields, window, START);
    time(fields, window, END);
    Json start = window.fields().get(START);
    if (fields.problems().isEmpty() && start != null && start.equals(window.fields().get(END))) {
      fields.add(END, "must differ from start; a whole day is 00:00 to 23:59");
    }
    days(fields, at + "." + DAYS, window.fields().get(DAYS));
    return fields.problems();
  }

  private static void time(Fields fields, Json.Obj window, String name) {
    Json time = window.fields().get(name);
    if (time == null) {
      fields.add(name, "is missing; a time from 00:00 to 23:59");
    } else if (!(time instanceof Json.Text text) || !TIME.matcher(text.value()).matches()) {
      fields.add(name, "must be a time from 00:00 to 23:59, such as \"04:30\"");
    }
  }

  private static void days(Fields fields, String at, @Nullable Json value) {
    if (value == null) {
      return;
    }
    if (!(value instanceof Json.Arr days) || days.items().isEmpty()) {
      fields.add(DAYS, "must be a list of at least one day; leave it out for every day");
      return;
    }
    Set<Json> seen = new HashSet<>();
    for (int i = 0; i < days.items().size(); i++) {
      Json day = days.items().get(i);
      String here = at + "[" + i + "]";
      boolean known = day instanceof Json.Text text && WEEK.contains(text.value());
      fields.addAll(SettingType.unless(known, here, "must be one of " + String.join(", ", WEEK)));
      fields.addAll(SettingType.unless(seen.add(day), here, "is in the list twice"));
    }
  }

  @Override
  public boolean allows(Satisfied satisfied) {
    return satisfied == Satisfied.EXACT;
  }

  /// With the days in the order of the week, and without them when they are all seven.
  @Override
  public Json normal(Json value) {
    if (!(value instanceof Json.Obj window)
        || !(window.fields().get(DAYS) instanceof Json.Arr days)) {
      return value;
    }
    List<Json> ordered = new ArrayList<>(days.items());
    ordered.sort((one, other) -> Integer.compare(order(one), order(other)));
    Map<String, Json> fields = new TreeMap<>(window.fields());
    fields.put(DAYS, new Json.Arr(ordered));
    if (new HashSet<>(ordered).equals(new HashSet<>(Json.texts(WEEK).items()))) {
      fields.remove(DAYS);
    }
    return new Json.Obj(fields);
  }

  private static int order(Json day) {
    return day instanceof Json.Text text ? WEEK.indexOf(text.value()) : -1;
  }

  @Override
  public String words() {
    return "object {start, end, days}";
  }
}
