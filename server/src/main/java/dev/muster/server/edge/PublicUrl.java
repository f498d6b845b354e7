package dev.muster.server.edge;

import dev.muster.server.platform.Settings;
import jakarta.inject.Singleton;
import java.util.Optional;

/// The address by which people and devices reach the server, in front of the links that it hands
/// out. It comes from `muster.public-url` alone and never from a request, whose `Host` the caller
/// chooses.
@Singleton
public final class PublicUrl {
  private final Optional<Origin> origin;

  PublicUrl(Settings settings) {
    this.origin = settings.publicUrl().flatMap(Origin::of);
  }

  /// Without a slash at the end; absent when it is not set.
  public Optional<String> base() {
    return origin.map(Origin::toString);
  }

  /// The link to a path: absolute when the public URL is known, else the path itself, which is
  /// relative to the address that the caller used.
  public String link(String path) {
    return base().orElse("") + path;
  }
}
