package dev.muster.server.web;

import dev.muster.server.edge.Upgrades;
import dev.muster.server.platform.HttpSettings;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Settings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// Has a fleet that comes all at once, after an outage say, served in turns: a call of a device
/// that could not begin soon is answered 503 with a `Retry-After` of a few seconds, at random.
/// Otherwise all would wait for all, until they give up and come again to a server that still works
/// for those who have gone.
///
/// Single heartbeats have a queue of their own. A long poll and a WebSocket take a turn to begin,
/// and hold none. People are never turned away for what devices do.
@Singleton
public final class DeviceTurns {
  private static final int OF_A_PROCESSOR = 3;
  private static final int MOST_SECONDS = 5;
  private static final Duration LOOK_EVERY = Duration.ofMillis(10);
  private static final String HEARTBEAT = "/v1/heartbeat";
  private static final String POLL = "/v1/agent/commands";

  private final Turns turns;
  private final Problems problems;
  private final Vertx vertx;
  private final Counter sentAway;
  private @Nullable Long timer;

  DeviceTurns(Settings settings, Problems problems, Vertx vertx, MeterRegistry metrics) {
    HttpSettings http = settings.http();
    int atOnce =
        http.deviceCalls() > 0
            ? http.deviceCalls()
            : OF_A_PROCESSOR * Runtime.getRuntime().availableProcessors();
    this.turns = new Turns(atOnce, http.deviceWait(), System::nanoTime);
    this.problems = problems;
    this.vertx = vertx;
    this.sentAway =
        Counter.builder("muster.device.calls.refused")
            .description("Calls of devices that were asked to come again because too many came")
            .register(metrics);
    Gauge.builder("muster.device.calls.waiting", turns, Turns::waiting)
        .description("Calls of devices that wait for their turn")
        .register(metrics);
  }

  /// What is wrong with the settings, a sentence each.
  public static List<String> mistakes(HttpSettings settings) {
    List<String> sentences = new ArrayList<>();
    if (settings.deviceCalls() < 0) {
      sentences.add(
          "muster.http.device-calls must be 0 (3 a processor) or more, and is "
              + settings.deviceCalls());
    }
    if (settings.deviceWait().compareTo(LOOK_EVERY) < 0) {
      sentences.add("muster.http.device-wait must be at least 10ms");
    }
    return sentences;
  }

  void start(@Observes StartupEvent event) {
    timer = vertx.setPeriodic(LOOK_EVERY.toMillis(), _ -> turns.look());
  }

  void stop(@Observes ShutdownEvent event) {
    if (timer != null) {
      vertx.cancelTimer(timer);
    }
  }

  /// Goes on with a request of a device, or of what says to be one, when its turn has come; at once
  /// when it is a heartbeat of one that is known.
  ///
  /// @param isKnown whether to find out who calls is no work
  void take(RoutingContext context, boolean isKnown, Runnable then) {
    String path = context.normalizedPath();
    boolean beat = Gate.under(path, HEARTBEAT);
    if (beat && isKnown) {
      then.run();
      return;
    }
    boolean brief = beat || Gate.under(path, POLL) || Upgrades.isUpgrade(context.request());
    Context loop = Vertx.currentContext();
    context.request().pause();
    Turns.Turn turn =
        turns.ask(
            brief,
            () -> loop.runOnContext(_ -> begin(context, then)),
            () -> loop.runOnContext(_ -> sendAway(context)));
    context.addEndHandler(_ -> turn.end());
  }

  private static void begin(RoutingContext context, Runnable then) {
    if (!context.response().closed()) {
      context.request().resume();
      then.run();
    }
  }

  private void sendAway(RoutingContext context) {
    if (!context.response().closed()) {
      sentAway.increment();
      context.request().resume();
      problems.answer(
          context,
          Refusal.unavailable(
              "More devices call than this server can answer now. Come again.",
              Duration.ofSeconds(1 + ThreadLocalRandom.current().nextInt(MOST_SECONDS)),
              null));
    }
  }
}
