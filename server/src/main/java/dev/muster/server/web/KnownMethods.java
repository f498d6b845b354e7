package dev.muster.server.web;

import io.micrometer.core.instrument.config.MeterFilter;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Set;

/// Keeps what a stranger can choose out of the metrics: each method that somebody makes up would be
/// a timer of its own for ever.
@Singleton
final class KnownMethods {
  private static final Set<String> KNOWN =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

  @Produces
  @Singleton
  MeterFilter filter() {
    return MeterFilter.deny(id -> {
      String method = id.getTag("method");
      return id.getName().startsWith("http.server.") && method != null && !KNOWN.contains(method);
    });
  }
}
