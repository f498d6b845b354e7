package dev.muster.cli.fleet;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// An action as it is ordered on the command line, its words not looked at yet.
///
/// @param params each `KEY=VALUE`; others are warned of and left out
public record Order(
    String type,
    List<String> params,
    @Nullable String clientToken,
    @Nullable String priority,
    Limits limits,
    boolean supersede) {

  /// How long and how often it is tried; 0: what the server is set to.
  ///
  /// @param ttl in seconds, to its delivery
  /// @param timeout in seconds, of one attempt
  public record Limits(long ttl, long timeout, int attempts) {}
}
