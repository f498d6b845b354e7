package dev.muster.agent;

import dev.muster.agent.core.PolicyEnforcer;
import dev.muster.protocol.Catalogue;
import dev.muster.protocol.Json;
import dev.muster.protocol.Observed;
import dev.muster.protocol.Setting;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/// A device that exists only here. It has a state of its own, does not have every setting, fails at
/// some, and now and then its user changes something back. Policies and commands change it from
/// threads of their own.
final class SimulatedEnforcer implements PolicyEnforcer {
  private static final String APPS_REQUIRED = "appsRequired";
  private static final String APPS_BLOCKED = "appsBlocked";
  private static final String APPS_ALLOWED = "appsAllowed";
  private static final String OS_VERSION = "minOsVersion";
  private static final String AGENT_VERSION = "minAgentVersion";
  private static final String ENCRYPTION = "encryptionRequired";
  private static final String KIOSK = "kioskApp";
  private static final String MONITORED = "monitoredApp";

  /// What a device is out of the box, and what it goes back to when no policy asks for more.
  private static final Map<String, Json> FACTORY =
      Map.ofEntries(
          Map.entry("cameraDisabled", Json.of(false)),
          Map.entry("screenCaptureDisabled", Json.of(false)),
          Map.entry("usbFileTransferDisabled", Json.of(false)),
          Map.entry("bluetoothDisabled", Json.of(false)),
          Map.entry("factoryResetDisabled", Json.of(false)),
          Map.entry("passwordMinLength", Json.of(0)),
          Map.entry("passwordComplexity", Json.of("none")),
          Map.entry("screenLockSeconds", Json.of(0)),
          Map.entry("wifiNetworks", new Json.Arr(List.of())),
          Map.entry(APPS_ALLOWED, Json.NULL),
          Map.entry(KIOSK, Json.NULL),
          Map.entry("osUpdateWindow", Json.NULL),
          Map.entry("locationMode", Json.of("high_accuracy")),
          Map.entry(MONITORED, Json.NULL));

  private final SimulatedModel model;
  private final Quirks quirks;
  private final double drift;
  private final DoubleSupplier random;

  private final Map<String, Json> values = new TreeMap<>(FACTORY);
  private final Set<String> installed;
  private final Set<String> blocked = new TreeSet<>();

  /// Apps that have died and were not launched since.
  private final Set<String> crashed = new TreeSet<>();

  /// What the last policy asked for and the device did: what a user can undo.
  private final Set<String> managed = new TreeSet<>();

  private boolean encrypted;
  private boolean justEnforced;

  /// @param drift how likely a user has changed something when the device looks at itself, from 0
  ///   to 1
  SimulatedEnforcer(SimulatedModel model, Quirks quirks, double drift, DoubleSupplier random) {
    this.model = model;
    this.quirks = quirks;
    this.drift = drift;
    this.random = random;
    this.installed = new TreeSet<>(model.apps());
    this.encrypted = model.encrypted();
  }

  @Override
  public synchronized Map<String, String> enforce(Json.Obj desired) {
    Map<String, String> failures = new HashMap<>();
    managed.clear();
    FACTORY.forEach((key, value) -> {
      if (!desired.fields().containsKey(key)) {
        values.put(key, value);
      }
    });
    if (!desired.fields().containsKey(APPS_BLOCKED)) {
      blocked.clear();
    }
    desired.fields().forEach((key, value) -> enforce(key, value, failures));
    justEnforced = true;
    return failures;
  }

  private void enforce(String key, Json value, Map<String, String> failures) {
    String failure = quirks.failing().get(key);
    if (failure != null) {
      failures.put(key, failure);
    } else if (isSupported(key)) {
      switch (key) {
        case APPS_REQUIRED -> installed.addAll(names(value));
        case APPS_BLOCKED -> {
          blocked.clear();
          blocked.addAll(names(value));
        }
        // No policy makes a system or an agent newer; that is a matter of updates.
        case OS_VERSION, AGENT_VERSION -> {
          return;
        }
        // What is encrypted stays so, whoever asks.
        case ENCRYPTION -> {
          encrypted |= value.equals(Json.of(true));
          return;
        }
        case KIOSK -> {
          if (value instanceof Json.Text app && !installed.contains(app.value())) {
            failures.put(key, "The app is not installed.");
            return;
          }
          values.put(key, value);
        }
        default -> values.put(key, value);
      }
      managed.add(key);
    }
  }

  private boolean isSupported(String key) {
    return !quirks.unsupported().contains(key)
        && Catalogue.find(key).filter(setting -> setting.appliesTo(model.platform())).isPresent();
  }

  @Override
  public synchronized Map<String, Observed> observe() {
    if (!justEnforced && random.getAsDouble() < drift) {
      undoSomething();
    }
    justEnforced = false;
    Map<String, Observed> observed = new TreeMap<>();
    for (Setting setting : Catalogue.all()) {
      String key = setting.key();
      observed.put(
          key, isSupported(key) ? new Observed.Value(actual(key)) : new Observed.Unsupported());
    }
    return observed;
  }

  /// What is installed now.
  synchronized List<String> apps() {
    return List.copyOf(installed);
  }

  synchronized boolean has(String app) {
    return installed.contains(app);
  }

  /// Whether it is installed and has not died.
  synchronized boolean runs(String app) {
    return installed.contains(app) && !crashed.contains(app);
  }

  synchronized void crash(String app) {
    crashed.add(app);
  }

  synchronized void launch(String app) {
    crashed.remove(app);
  }

  /// The app that the policy has it watch, null when there is none.
  synchronized @Nullable String watchedApp() {
    return values.get(MONITORED) instanceof Json.Obj monitored
            && monitored.fields().get("package") instanceof Json.Text app
        ? app.value()
        : null;
  }

  synchronized void install(String app) {
    installed.add(app);
  }

  /// @return whether it was there
  synchronized boolean uninstall(String app) {
    return installed.remove(app);
  }

  /// Makes the device what it was out of the box.
  synchronized void erase() {
    values.clear();
    values.putAll(FACTORY);
    installed.clear();
    installed.addAll(model.apps());
    blocked.clear();
    crashed.clear();
    managed.clear();
    encrypted = model.encrypted();
    justEnforced = false;
  }

  private Json actual(String key) {
    return switch (key) {
      case APPS_REQUIRED -> Json.texts(installed);
      case APPS_BLOCKED -> Json.texts(blocked);
      case APPS_ALLOWED -> allowed(values.getOrDefault(key, Json.NULL));
      case OS_VERSION -> Json.of(model.osVersion());
      case AGENT_VERSION -> Json.of(agentVersion());
      case ENCRYPTION -> Json.of(encrypted);
      default -> values.getOrDefault(key, Json.NULL);
    };
  }

  /// What is blocked does not run, whatever allows it.
  private Json allowed(Json value) {
    return value instanceof Json.Arr
        ? Json.texts(names(value).stream().filter(app -> !blocked.contains(app)).toList())
        : value;
  }

  /// Without what follows the numbers: `0.1.0` of `0.1.0-SNAPSHOT`, `0` of a build without a
  /// version.
  private static String agentVersion() {
    String numbers = Version.CURRENT.split("-", 2)[0];
    return numbers.matches("[0-9.]+") ? numbers : "0";
  }

  /// The user of the device takes back one of the things that were asked for.
  private void undoSomething() {
    if (managed.isEmpty()) {
      return;
    }
    List<String> candidates = new ArrayList<>(managed);
    String key = candidates.get((int) (random.getAsDouble() * candidates.size()));
    switch (key) {
      case APPS_REQUIRED -> installed.retainAll(new HashSet<>(model.apps()));
      case APPS_BLOCKED -> blocked.clear();
      default ->
          values.computeIfPresent(
              key,
              (_, value) ->
                  value instanceof Json.Bool flag
                      ? Json.of(!flag.value())
                      : FACTORY.getOrDefault(key, Json.NULL));
    }
  }

  private static List<String> names(Json value) {
    List<String> names = new ArrayList<>();
    if (value instanceof Json.Arr list) {
      for (Json item : list.items()) {
        if (item instanceof Json.Text text) {
          names.add(text.value());
        }
      }
    }
    return names;
  }
}
