package dev.muster.server.viewer;

import dev.muster.server.organization.Closings;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Settings;
import dev.muster.server.task.ChangeNumbers;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Those who synchronize tasks and are connected to this node. They are told, at most once in
/// [#EACH], that their organization has changes, on whatever node these were made, and never which.
/// It is a hint: whoever misses one finds the changes at their next pull.
@Singleton
final class Nudges extends Connections<Nudges.Listener> {
  static final String CHANGED = "{\"type\":\"changed\"}";
  static final long EACH = TimeUnit.SECONDS.toNanos(1);
  private static final Duration FLUSH_EVERY = Duration.ofMillis(200);

  private final Counter sent;
  private final Set<OrganizationId> due = ConcurrentHashMap.newKeySet();

  /// When each organization was told last; for [#EACH] and no longer.
  private final Map<OrganizationId, Long> toldAt = new ConcurrentHashMap<>();

  @Inject
  Nudges(
      InstantSource clock,
      Access access,
      ChangeNumbers numbers,
      Settings settings,
      Closings closings,
      MeterRegistry metrics) {
    this(clock, access::require, numbers, settings.live().connections(), metrics);
    closings.onClosed(this::letGo);
  }

  Nudges(
      InstantSource clock,
      Check access,
      ChangeNumbers numbers,
      int mostOfOne,
      MeterRegistry metrics) {
    super(clock, access, mostOfOne);
    this.sent =
        Counter.builder("muster.sync.nudges")
            .description("Times that somebody connected was told to pull")
            .register(metrics);
    Gauge.builder("muster.sync.listeners", this, Nudges::count)
        .description("Connections to this node that wait for changes of tasks")
        .register(metrics);
    numbers.listen(this::changed, this::missed);
  }

  void start(@Observes StartupEvent event, Vertx vertx) {
    begin(vertx);
    every(vertx, FLUSH_EVERY, () -> flush(System.nanoTime()));
  }

  @PreDestroy
  void close() {
    letAllGo(Outlet.Goodbye.STOPPING);
  }

  /// Takes in a listener; see [#takeIn].
  Listener open(Caller caller, @Nullable String credential, Outlet outlet) {
    return takeIn(new Listener(caller, outlet, sent), credential);
  }

  void changed(OrganizationId organization) {
    due.add(organization);
  }

  private void missed() {
    visitors().forEach(listener -> due.add(listener.caller().organization()));
  }

  /// Tells those whose organizations have changes, but for the ones that were told just before.
  synchronized void flush(long now) {
    toldAt.values().removeIf(told -> now - told >= EACH);
    Set<OrganizationId> ripe =
        due.stream()
            .filter(organization -> !toldAt.containsKey(organization))
            .collect(Collectors.toUnmodifiableSet());
    // first: what is committed from here on is told anew
    due.removeAll(ripe);
    ripe.forEach(organization -> toldAt.put(organization, now));
    if (!ripe.isEmpty()) {
      visitors().stream()
          .filter(listener -> ripe.contains(listener.caller().organization()))
          .forEach(Listener::tell);
    }
  }

  /// One connection. One message is on its way at a time: who reads slowly is told once of all that
  /// came meanwhile.
  static final class Listener implements Visitor {
    private final Caller caller;
    private final Outlet outlet;
    private final Counter sent;
    private boolean sending;
    private boolean again;
    private boolean over;

    Listener(Caller caller, Outlet outlet, Counter sent) {
      this.caller = caller;
      this.outlet = outlet;
      this.sent = sent;
    }

    @Override
    public Caller caller() {
      return caller;
    }

    /// Nobody knows what was missed until now.
    @Override
    public void start() {
      tell();
    }

    synchronized void tell() {
      if (sending || over) {
        again = true;
        return;
      }
      sending = true;
      sent.increment();
      var _ = outlet.send(CHANGED).whenComplete((_, _) -> sent());
    }

    /// Also when it failed: then the connection is closed, which is heard elsewhere.
    private synchronized void sent() {
      sending = false;
      if (again) {
        again = false;
        tell();
      }
    }

    @Override
    public void ping() {
      outlet.ping();
    }

    @Override
    public void hangUp(Outlet.Goodbye why) {
      end();
      outlet.hangUp(why);
    }

    @Override
    public synchronized void end() {
      over = true;
    }
  }
}
