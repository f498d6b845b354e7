package dev.muster.agent;

import dev.muster.agent.core.AgentClock;
import dev.muster.agent.core.Vitals;
import dev.muster.protocol.Platform;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/// How a simulated device is. Its battery empties over hours and is charged again, for some devices
/// late; its memory comes and goes; and the app that its policy has it watch dies now and then, and
/// stays dead until a command launches it.
final class SimulatedVitals implements Vitals {
  /// One in so many devices is charged only when it is all but empty.
  private static final int ONE_IN_NEGLECTED = 25;

  private static final double DRAINED_BELOW = 20;
  private static final double NEGLECTED_BELOW = 4;
  private static final double CHARGED_A_HOUR = 60;
  private static final int SDK_OF_ANDROID_14 = 34;

  private final int number;
  private final SimulatedModel model;
  private final SimulatedEnforcer device;
  private final double crashes;
  private final AgentClock clock;
  private final DoubleSupplier random;

  private final long totalMb;
  private Instant startedAt;
  private Instant readAt;
  private double percent;
  private boolean charging;
  private double usedShare;

  /// @param number tells this device from the others of its fleet
  /// @param crashes how likely a look finds that the watched app has died, from 0 to 1
  SimulatedVitals(
      int number,
      SimulatedModel model,
      SimulatedEnforcer device,
      double crashes,
      AgentClock clock,
      DoubleSupplier random) {
    this.number = number;
    this.model = model;
    this.device = device;
    this.crashes = crashes;
    this.clock = clock;
    this.random = random;
    this.totalMb = 2048L << Math.floorMod(number, 3);
    this.readAt = clock.now();
    this.startedAt = readAt.minus(Duration.ofMinutes((long) (random.getAsDouble() * 20_000)));
    this.percent = neglected() ? 16 : 22 + 78 * random.getAsDouble();
    this.usedShare = 0.3 + 0.4 * random.getAsDouble();
  }

  /// Its power was cut: it is up from now on, or from later on.
  synchronized void start() {
    startedAt = clock.now();
  }

  @Override
  public synchronized Reading read() {
    Instant now = clock.now();
    live(Duration.between(readAt, now));
    readAt = now;
    Map<String, App> apps = new TreeMap<>();
    device.apps().forEach(app -> apps.put(app, installed(app)));
    String watched = device.watchedApp();
    if (watched != null) {
      apps.putIfAbsent(watched, new App(false, null, null));
    }
    return new Reading(
        battery(), machine(now), memory(), network(), apps, signals(watched), Map.of());
  }

  private void live(Duration time) {
    double hours = Math.max(0, time.toMillis()) / 3_600_000.0;
    if (charging) {
      percent += hours * CHARGED_A_HOUR;
      charging = percent < 100;
    } else {
      percent -= hours * (12 + Math.floorMod(number, 18));
      charging = percent < (neglected() ? NEGLECTED_BELOW : DRAINED_BELOW);
    }
    percent = Math.max(1, Math.min(100, percent));
    usedShare = Math.max(0.15, Math.min(0.95, usedShare + 0.1 * (random.getAsDouble() - 0.5)));
  }

  private boolean neglected() {
    return Math.floorMod(number, ONE_IN_NEGLECTED) == ONE_IN_NEGLECTED / 2;
  }

  private Battery battery() {
    boolean mains = model.platform() == Platform.LINUX || model.platform() == Platform.OTHER;
    double celsius = 24 + (charging ? 8 : 0) + 3 * random.getAsDouble();
    return mains
        ? new Battery(100, true, null)
        : new Battery((int) Math.round(percent), charging, celsius);
  }

  private Machine machine(Instant now) {
    boolean android = model.platform() == Platform.ANDROID;
    return new Machine(
        Math.max(0, Duration.between(startedAt, now).toSeconds()),
        model.osVersion(),
        android ? SDK_OF_ANDROID_14 + Integer.parseInt(model.osVersion()) - 14 : null,
        android ? "2026-01-05" : "",
        "SIM." + model.osVersion(),
        model.name(),
        "Muster simulator");
  }

  private Memory memory() {
    return new Memory(totalMb, Math.round(totalMb * (1 - usedShare)));
  }

  private Network network() {
    String ip = "10.%d.%d.%d".formatted(number >> 16 & 255, number >> 8 & 255, number & 255);
    boolean wired = model.platform() == Platform.LINUX || model.platform() == Platform.OTHER;
    if (wired) {
      return new Network("ethernet", null, null, ip);
    }
    return number % 4 == 3
        ? new Network("cellular", null, "Simulated Mobile", ip)
        : new Network("wifi", "Site-%03d".formatted(number / 25), null, ip);
  }

  private static App installed(String app) {
    int version = Math.floorMod(app.hashCode(), 9) + 1;
    return new App(true, version + ".0", version * 100L);
  }

  private @Nullable RunningSignals signals(@Nullable String watched) {
    if (watched == null) {
      return null;
    }
    if (random.getAsDouble() < crashes) {
      device.crash(watched);
    }
    boolean runs = device.runs(watched);
    return new RunningSignals(runs, runs ? (long) (30 * random.getAsDouble()) : null);
  }
}
