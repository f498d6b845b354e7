package dev.muster.server.viewer;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;

/// What viewers cost, in numbers.
@Singleton
final class ViewerMeters {
  private final Counter frames;
  private final Counter coalesced;
  private final Counter thinned;

  ViewerMeters(MeterRegistry metrics) {
    this.frames =
        Counter.builder("muster.viewers.frames")
            .description("Frames sent to viewers")
            .register(metrics);
    this.coalesced =
        Counter.builder("muster.viewers.coalesced")
            .description("Changes that a viewer was not told because a newer one took their place")
            .register(metrics);
    this.thinned =
        Counter.builder("muster.viewers.thinned")
            .description("Times that a viewer was told to read anew because it had fallen behind")
            .register(metrics);
  }

  void sent() {
    frames.increment();
  }

  void held(long coalescedNow, long thinnedNow) {
    coalesced.increment((double) coalescedNow);
    thinned.increment((double) thinnedNow);
  }
}
