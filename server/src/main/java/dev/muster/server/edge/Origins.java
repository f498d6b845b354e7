package dev.muster.server.edge;

import dev.muster.server.platform.Settings;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Which origins' pages are let near: the server's own, and those of `muster.cors.origins`.
@Singleton
public final class Origins {
  private final Set<Origin> named;
  private final Optional<Origin> published;

  @Inject
  Origins(Settings settings) {
    this(settings.cors().origins().orElse(List.of()), settings.publicUrl().flatMap(Origin::of));
  }

  Origins(List<String> named, Optional<Origin> published) {
    this.named =
        named.stream().flatMap(text -> Origin.parse(text).stream()).collect(Collectors.toSet());
    this.published = published;
  }

  /// Whether the setting names any origin at all.
  boolean anyNamed() {
    return !named.isEmpty();
  }

  /// Whether the setting names the origin of an `Origin` header.
  boolean isNamed(String header) {
    return Origin.parse(header).filter(named::contains).isPresent();
  }

  /// Whether a page with this `Origin` header may open a WebSocket or act in open mode: it is one
  /// of this server's own, or of an origin that the setting names.
  boolean isWelcome(String header, Arrival arrival) {
    Optional<Origin> origin = Origin.parse(header);
    return origin.isPresent()
        && (named.contains(origin.get())
            || origin.equals(published)
            || origin.equals(arrival.origin()));
  }
}
