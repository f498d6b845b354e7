package dev.muster.server.action;

import dev.muster.server.credential.DeviceTokens;
import dev.muster.server.platform.Settings;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Stands in for the agents of devices that have none: decides, as an attempt begins, when it will
/// end and how. The decision is stored with the action, so that a restart changes nothing of it.
///
/// A device has an agent when it ever had a device token: it is then waited for, and never
/// simulated.
@Singleton
final class Simulator {
  static final String FAILURE = "Action simulation failed (random failure)";

  private final Settings.Action settings;
  private final DeviceTokens tokens;
  private final DoubleSupplier random;

  @Inject
  Simulator(Settings settings, DeviceTokens tokens) {
    this(settings.action(), tokens, () -> ThreadLocalRandom.current().nextDouble());
  }

  /// @param random numbers from 0 (included) to 1
  Simulator(Settings.Action settings, DeviceTokens tokens, DoubleSupplier random) {
    this.settings = settings;
    this.tokens = tokens;
    this.random = random;
  }

  /// Null when the device itself is to do it.
  Action.@Nullable Simulated decide(Handle handle, Action action, Instant now) {
    if (!settings.simulate() || tokens.hasAny(handle, action.organization(), action.device())) {
      return null;
    }
    Settings.Simulator all = settings.simulator();
    Settings.SimulatedType own = all.types().get(action.order().type().name());
    Duration shortest = all.shortest();
    Duration longest = all.longest();
    double success = all.success();
    if (own != null) {
      shortest = own.shortest().orElse(shortest);
      longest = own.longest().orElse(longest);
      success = own.success().orElse(success);
    }
    long spread = Math.max(0, longest.minus(shortest).toMillis());
    Duration takes = shortest.plusMillis((long) (spread * random.getAsDouble()));
    return new Action.Simulated(now.plus(takes), random.getAsDouble() < success ? null : FAILURE);
  }
}
