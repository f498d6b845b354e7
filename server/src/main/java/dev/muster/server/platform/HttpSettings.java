package dev.muster.server.platform;

import io.smallrye.config.WithDefault;
import java.time.Duration;

/// How slow a client may be before its connection is closed, and how many devices are answered at
/// once.
public interface HttpSettings {
  /// How long a new connection may take until its first request is there, without the body.
  @WithDefault("20s")
  Duration firstRequest();

  /// How long a connection may then be without a request; one that comes slowly is none.
  @WithDefault("2m")
  Duration keepAlive();

  /// How long a body may take to arrive.
  @WithDefault("1m")
  Duration body();

  /// Calls of devices that are worked at at once, heartbeats aside; 0 is 3 a processor.
  @WithDefault("0")
  int deviceCalls();

  /// How long one waits for its turn before the device is asked to come again.
  @WithDefault("50ms")
  Duration deviceWait();
}
