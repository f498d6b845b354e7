package dev.muster.server.viewer;

import dev.muster.server.live.Changes;
import dev.muster.server.organization.Closings;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Settings;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/// The viewers of this node.
@Singleton
final class Viewers extends Connections<Viewer> {
  private final Changes changes;
  private final Sightings sightings;
  private final ViewerMeters meters;

  @Inject
  Viewers(
      InstantSource clock,
      Access access,
      Changes changes,
      Sightings sightings,
      ViewerMeters meters,
      Settings settings,
      Closings closings) {
    this(clock, access::require, changes, sightings, meters, settings.live().connections());
    closings.onClosed(this::letGo);
  }

  Viewers(
      InstantSource clock,
      Check access,
      Changes changes,
      Sightings sightings,
      ViewerMeters meters,
      int mostOfOne) {
    super(clock, access, mostOfOne);
    this.changes = changes;
    this.sightings = sightings;
    this.meters = meters;
  }

  void start(@Observes StartupEvent event, Vertx vertx, MeterRegistry metrics) {
    Gauge.builder("muster.viewers.open", this, Viewers::count)
        .description("Viewers that are connected to this node")
        .register(metrics);
    begin(vertx);
    every(vertx, Sightings.FLUSH_EVERY, sightings::flush);
  }

  @PreDestroy
  void close() {
    letAllGo(Outlet.Goodbye.STOPPING);
  }

  /// Takes in a viewer; see [#takeIn].
  Viewer open(Caller caller, @Nullable String credential, Outlet outlet) {
    return takeIn(new Viewer(caller, outlet, changes, meters), credential);
  }

  @Override
  void closed(Viewer viewer) {
    super.closed(viewer);
    sightings.leave(viewer);
  }
}
