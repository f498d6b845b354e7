package dev.muster.server.limit;

import dev.muster.server.limit.EndpointClass.Rate;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.LimitSettings;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Settings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// How often anybody may call this node.
///
/// Who showed a valid credential has a bucket for each class of endpoint, wherever they call from.
/// Who showed none, or a bad one, shares those of their network address. Bad credentials have one
/// of their own: when it is empty, credentials from that address are not looked at any more, but
/// for those that this node knows to be good. So nobody makes the server look up what they make up,
/// and one broken device does not shut out the others behind its address.
///
/// In open mode a caller without a credential is not limited: nothing tells one from another.
@Singleton
public final class Limits {
  private static final int MOST = 100_000_000;
  private static final long NANOS = 1_000_000_000;

  /// What a limit is by, in metrics.
  enum Kind {
    USER,
    KEY,
    DEVICE,
    TOKEN,
    ADDRESS;

    String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private record Limited(EndpointClass what, Kind kind) {}

  private final Map<EndpointClass, Buckets> buckets = new EnumMap<>(EndpointClass.class);
  private final Map<EndpointClass, Rate> rates = new EnumMap<>(EndpointClass.class);
  private final KnownCredentials known;
  private final MeterRegistry metrics;

  @Inject
  Limits(Settings settings, MeterRegistry metrics) {
    this(settings.limit(), metrics, System::nanoTime);
  }

  Limits(LimitSettings settings, MeterRegistry metrics, Buckets.Ticks ticks) {
    this.metrics = metrics;
    this.known = new KnownCredentials(settings.callers(), ticks::currentTimeNanos);
    for (EndpointClass what : EndpointClass.values()) {
      Rate rate = what.rate(settings);
      if (settings.on() && rate.perMinute() > 0) {
        rates.put(what, rate);
        buckets.put(
            what,
            what.isOfStrangers()
                ? Buckets.ofAddresses(rate, settings.callers(), ticks)
                : Buckets.ofIdentities(rate, settings.callers(), ticks));
      }
      for (Kind kind : Kind.values()) {
        if (what.isOfStrangers() == (kind == Kind.ADDRESS)) {
          var _ = counter(new Limited(what, kind));
        }
      }
    }
  }

  /// What is wrong with the settings, a sentence each.
  public static List<String> mistakes(LimitSettings settings) {
    List<String> sentences = new ArrayList<>();
    if (settings.callers() < 1) {
      sentences.add("muster.limit.callers must be at least 1, and is " + settings.callers());
    }
    for (EndpointClass what : EndpointClass.values()) {
      Rate rate = what.rate(settings);
      String key = "muster.limit." + what.wireName();
      if (rate.perMinute() < 0 || rate.perMinute() > MOST) {
        sentences.add(
            "%s.rate must be 0 (without limit) to %d, and is %d"
                .formatted(key, MOST, rate.perMinute()));
      }
      if (rate.burst() < 1 || rate.burst() > MOST) {
        sentences.add("%s.burst must be 1 to %d, and is %d".formatted(key, MOST, rate.burst()));
      }
    }
    return sentences;
  }

  /// Counts a call. Makes no object while the caller stays within the limit.
  ///
  /// @return how long the caller has to wait; null when the call may go on
  public @Nullable Duration tryAcquire(Caller caller, EndpointClass what) {
    Buckets ofClass = buckets.get(what);
    UUID who = ofClass == null ? null : identity(caller);
    if (ofClass == null || who == null) {
      return null;
    }
    Duration wait = ofClass.take(who);
    if (wait != null) {
      counter(new Limited(what, kind(caller))).increment();
    }
    return wait;
  }

  /// Counts a call.
  ///
  /// @throws Refusal `rate_limited`
  public void require(Caller caller, EndpointClass what) {
    Duration wait = tryAcquire(caller, what);
    if (wait != null) {
      throw refusal(what, wait);
    }
  }

  /// Counts a call of somebody of whom nothing is known.
  ///
  /// @param network that they call from, as [dev.muster.server.edge.Arrival#network] says
  /// @param what one of [EndpointClass#LOGIN] and [EndpointClass#OPEN]
  /// @throws Refusal `rate_limited`
  public void require(String network, EndpointClass what) {
    Buckets ofClass = buckets.get(what);
    Duration wait = ofClass == null ? null : ofClass.take(network);
    if (wait != null) {
      counter(new Limited(what, Kind.ADDRESS)).increment();
      throw refusal(what, wait);
    }
  }

  /// Asks whether a credential is to be looked at.
  ///
  /// @throws Refusal `rate_limited` when too many from there were bad and this one is not known
  public void requireWorth(String network, String credential) {
    Buckets refused = buckets.get(EndpointClass.REFUSED);
    Duration wait = refused == null ? null : refused.peek(network);
    if (wait != null && !known.contains(credential)) {
      counter(new Limited(EndpointClass.REFUSED, Kind.ADDRESS)).increment();
      throw refusal(EndpointClass.REFUSED, wait);
    }
  }

  /// A credential was looked at, and found bad.
  public void refused(String network) {
    Buckets refused = buckets.get(EndpointClass.REFUSED);
    if (refused != null) {
      refused.owe(network);
    }
  }

  /// A credential was looked at, and found good.
  public void accepted(String credential) {
    if (buckets.containsKey(EndpointClass.REFUSED)) {
      known.add(credential);
    }
  }

  /// What is said to who calls too often.
  ///
  /// @param wait as [#tryAcquire] says
  public Refusal refusal(EndpointClass what, Duration wait) {
    Rate rate = rates.getOrDefault(what, new Rate(0, 0));
    long seconds = Math.max(1, (wait.toNanos() + NANOS - 1) / NANOS);
    String whose = what.isOfStrangers() ? "from this network" : "of this caller";
    return Refusal.passing(
        ErrorCode.RATE_LIMITED,
        "Too many requests of the class %s %s: %d a minute are let in. Come again in %d s."
            .formatted(what.wireName(), whose, rate.perMinute(), seconds),
        Duration.ofSeconds(seconds));
  }

  /// Null for whom there is no limit.
  private static @Nullable UUID identity(Caller caller) {
    return switch (caller) {
      case Caller.Person person -> person.open() ? null : person.userId();
      case Caller.Key key -> key.keyId();
      case Caller.Device device -> device.deviceId();
      case Caller.Enroller enroller -> enroller.tokenId();
      case Caller.Server _ -> null;
    };
  }

  private static Kind kind(Caller caller) {
    return switch (caller) {
      case Caller.Person _ -> Kind.USER;
      case Caller.Key _ -> Kind.KEY;
      case Caller.Device _ -> Kind.DEVICE;
      case Caller.Enroller _ -> Kind.TOKEN;
      case Caller.Server server -> throw new IllegalArgumentException(server.job());
    };
  }

  private Counter counter(Limited limited) {
    return Counter.builder("muster.limited")
        .description("Requests, calls and messages that came too often")
        .tag("class", limited.what().wireName())
        .tag("kind", limited.kind().wireName())
        .register(metrics);
  }
}
