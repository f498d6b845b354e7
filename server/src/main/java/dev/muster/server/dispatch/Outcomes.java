package dev.muster.server.dispatch;

import dev.muster.server.action.Handovers;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Settings;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiFunction;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Notes what came of handing commands out: those that come close together in one transaction. What
/// a node had not noted when it died is handed out again when the lease has run out.
@Singleton
public class Outcomes {
  private static final int MOST_AT_ONCE = 500;

  private final Database database;
  private final Handovers handovers;
  private final MeterRegistry metrics;
  private final InstantSource clock;
  private final Duration resendAfter;
  private final BlockingQueue<Outcome> waiting = new LinkedBlockingQueue<>();
  private @Nullable Thread noter;

  public Outcomes(
      Database database,
      Handovers handovers,
      MeterRegistry metrics,
      Settings settings,
      InstantSource clock) {
    this.database = database;
    this.handovers = handovers;
    this.metrics = metrics;
    this.clock = clock;
    this.resendAfter = settings.action().resendAfter();
  }

  void start(@Observes StartupEvent event) {
    noter = Thread.ofVirtual().name("dispatch-noter").start(this::noteAll);
  }

  void stop(@Observes ShutdownEvent event) {
    if (noter != null) {
      noter.interrupt();
    }
  }

  /// To be noted soon: `outcome` of the pause before a command is handed out again.
  void add(Delivery delivery, BiFunction<Delivery, Duration, Outcome> outcome) {
    waiting.add(outcome.apply(delivery, resendAfter));
  }

  private void noteAll() {
    try {
      while (true) {
        List<Outcome> some = new ArrayList<>(List.of(waiting.take()));
        waiting.drainTo(some, MOST_AT_ONCE - 1);
        try {
          note(some);
        } catch (RuntimeException | Error failure) { // the next may be noted
          Log.warnf(
              failure,
              "What came of %d commands was not noted, so they may be sent again",
              some.size());
        }
      }
    } catch (InterruptedException stopped) {
      Log.debug("Outcomes are noted no more");
    }
  }

  /// Notes what waits to be noted. Returns how many.
  int noteWaiting() {
    List<Outcome> some = new ArrayList<>();
    waiting.drainTo(some);
    note(some);
    return some.size();
  }

  void note(List<Outcome> outcomes) {
    if (outcomes.isEmpty()) {
      return;
    }
    database.acrossOrganizations(handle -> {
      // attempts before deliveries, as those who end an attempt do
      handOut(handle, outcomes);
      DeliveryStore.note(handle, outcomes, clock.instant());
      DispatchStore.insert(handle, outcomes);
      return outcomes;
    });
    outcomes.forEach(this::count);
  }

  /// All at the latest of their times: that they were handed out is known now and not before.
  private void handOut(Handle handle, List<Outcome> outcomes) {
    List<Handovers.Handed> handed = new ArrayList<>();
    Instant latest = Instant.EPOCH;
    for (Outcome outcome : outcomes) {
      Outcome.Tried tried = outcome.tried();
      if (outcome.handed() && tried != null && outcome.delivery().kind() == Delivery.Kind.RUN) {
        handed.add(outcome.delivery().handed());
        latest = tried.at().isAfter(latest) ? tried.at() : latest;
      }
    }
    if (!handed.isEmpty()) {
      handovers.handedOut(handle, handed, latest);
    }
  }

  private void count(Outcome outcome) {
    Outcome.Tried tried = outcome.tried();
    if (tried == null) {
      return;
    }
    String channel = tried.channel().name().toLowerCase(Locale.ROOT);
    boolean failed = tried.error() != null;
    metrics
        .counter("muster.dispatches", "channel", channel, "outcome", failed ? "failed" : "sent")
        .increment();
    Delivery delivery = outcome.delivery();
    if (!failed && delivery.sends() == 1 && delivery.kind() == Delivery.Kind.RUN) {
      metrics
          .timer("muster.dispatch.latency", "channel", channel)
          .record(Duration.between(delivery.beganAt(), tried.at()));
    }
  }
}
