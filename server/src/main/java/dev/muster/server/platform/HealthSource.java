package dev.muster.server.platform;

import java.util.Optional;

/// Something beside the platform that the health check shows.
public interface HealthSource {
  /// Of the check, one word.
  String name();

  /// How it is; empty when there is nothing to look at. Answers at once. Strangers read it.
  Optional<Health.Check> check();
}
