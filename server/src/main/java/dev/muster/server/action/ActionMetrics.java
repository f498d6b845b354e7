package dev.muster.server.action;

import dev.muster.server.platform.OrganizationId;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jdbi.v3.core.Handle;

/// Counts the actions that ended on this node, by type and by how, with how long each took from its
/// start (from when it was asked for, if it never started). All organizations together.
@Singleton
final class ActionMetrics implements ActionChanges {
  static final String NAME = "muster.actions";

  private final MeterRegistry metrics;

  ActionMetrics(MeterRegistry metrics) {
    this.metrics = metrics;
  }

  /// An action that has ended never changes again, so each is counted once.
  @Override
  public void changed(Handle handle, OrganizationId organization, List<Action> actions) {
    for (Action action : actions) {
      Action.End end = action.end();
      if (end != null) {
        handle.afterCommit(() -> count(action, end.at()));
      }
    }
  }

  private void count(Action action, Instant endedAt) {
    Instant started = action.run().startedAt();
    Timer.builder(NAME)
        .description("Actions that ended, and how long they took")
        .tag("type", action.order().type().name())
        .tag("outcome", action.state().name().toLowerCase(Locale.ROOT))
        .register(metrics)
        .record(Duration.between(started == null ? action.order().createdAt() : started, endedAt));
  }
}
