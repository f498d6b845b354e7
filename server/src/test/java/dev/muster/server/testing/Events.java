package dev.muster.server.testing;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Outbox;
import dev.muster.server.platform.OutboxListener;
import java.time.InstantSource;
import java.util.List;

/// Outboxes outside the running server.
public final class Events {
  private Events() {}

  /// Delivers when it is told to.
  public static Outbox outbox(
      Database database, InstantSource clock, OutboxListener<?>... listeners) {
    return new Outbox(database, clock, new ObjectMapper(), List.of(listeners));
  }
}
