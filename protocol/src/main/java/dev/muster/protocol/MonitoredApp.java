package dev.muster.protocol;

import dev.muster.protocol.Setting.Satisfied;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// An app that the agent watches: `{"package": "com.example.pos", "autoRelaunch": true}`. Without
/// `autoRelaunch` a stopped app is only reported.
public record MonitoredApp() implements SettingType {
  static final String PACKAGE = "package";
  private static final String AUTO_RELAUNCH = "autoRelaunch";

  @Override
  public List<SettingProblem> problems(String at, Json value) {
    if (!(value instanceof Json.Obj app)) {
      return SettingType.unless(
          false, at, "must be an object such as {\"package\": \"com.example.pos\"}");
    }
    Fields fields =
        new Fields(at, app, Arrays.asList(PACKAGE, AUTO_RELAUNCH))
            .optional(AUTO_RELAUNCH, new SettingType.Flag());
    Json name = app.fields().get(PACKAGE);
    if (name == null) {
      fields.add(PACKAGE, "is missing");
    } else if (!SettingType.Packages.isName(name)) {
      fields.add(PACKAGE, "must be a package name such as \"com.example.pos\"");
    }
    return fields.problems();
  }

  @Override
  public boolean allows(Satisfied satisfied) {
    return satisfied == Satisfied.EXACT;
  }

  /// With `autoRelaunch` written out.
  @Override
  public Json normal(Json value) {
    if (!(value instanceof Json.Obj app)) {
      return value;
    }
    Map<String, Json> fields = new TreeMap<>(app.fields());
    fields.putIfAbsent(AUTO_RELAUNCH, Json.of(false));
    return new Json.Obj(fields);
  }

  @Override
  public String words() {
    return "object {package, autoRelaunch}";
  }
}
