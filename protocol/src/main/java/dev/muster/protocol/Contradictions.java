package dev.muster.protocol;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What one payload may not ask for together, because no device could do all of it.
///
/// Only one payload is looked at. Of several policies on one device each may be right by itself;
/// then the device is told both, what is blocked does not run, and what it cannot do shows as
/// drift.
final class Contradictions {
  private static final String REQUIRED = "appsRequired";
  private static final String BLOCKED = "appsBlocked";
  private static final String ALLOWED = "appsAllowed";
  private static final String KIOSK = "kioskApp";
  private static final String MONITORED = "monitoredApp";

  private final Json.Obj payload;
  private final List<SettingProblem> problems = new ArrayList<>();

  private Contradictions(Json.Obj payload) {
    this.payload = payload;
  }

  static List<SettingProblem> in(Json.Obj payload) {
    Contradictions found = new Contradictions(payload);
    found.eachIn(ALLOWED, found.packages(BLOCKED), "is in appsBlocked too; take it out of one");
    found.eachIn(REQUIRED, found.packages(BLOCKED), "is in appsBlocked too; take it out of one");
    if (payload.fields().get(ALLOWED) instanceof Json.Arr allowed) {
      found.mustBeIn(REQUIRED, new HashSet<>(allowed.items()));
    }
    found.mustRun(KIOSK, KIOSK, payload.fields().getOrDefault(KIOSK, Json.NULL));
    if (payload.fields().get(MONITORED) instanceof Json.Obj app) {
      found.mustRun(
          MONITORED,
          MONITORED + "." + MonitoredApp.PACKAGE,
          app.fields().getOrDefault(MonitoredApp.PACKAGE, Json.NULL));
    }
    return found.problems;
  }

  private void eachIn(String setting, Set<Json> others, String message) {
    each(
        setting,
        (at, item) -> {
          if (others.contains(item)) {
            problems.add(new SettingProblem(at, message));
          }
        });
  }

  private void mustBeIn(String setting, Set<Json> allowed) {
    each(
        setting,
        (at, item) -> {
          if (!allowed.contains(item)) {
            problems.add(
                new SettingProblem(at, "is not in appsAllowed, so it could not run; add it"));
          }
        });
  }

  private void mustRun(String setting, String at, Json app) {
    if (app.equals(Json.NULL) || !payload.fields().containsKey(setting)) {
      return;
    }
    if (packages(BLOCKED).contains(app)) {
      problems.add(new SettingProblem(at, "is in appsBlocked too; take it out of one"));
    }
    if (payload.fields().get(ALLOWED) instanceof Json.Arr allowed
        && !allowed.items().contains(app)) {
      problems.add(new SettingProblem(at, "is not in appsAllowed, so it could not run; add it"));
    }
  }

  private interface Look {
    void at(String at, Json item);
  }

  private void each(String setting, Look look) {
    if (payload.fields().get(setting) instanceof Json.Arr list) {
      for (int i = 0; i < list.items().size(); i++) {
        look.at(setting + "[" + i + "]", list.items().get(i));
      }
    }
  }

  private Set<Json> packages(String setting) {
    return payload.fields().get(setting) instanceof Json.Arr list
        ? new HashSet<>(list.items())
        : Collections.emptySet();
  }
}
