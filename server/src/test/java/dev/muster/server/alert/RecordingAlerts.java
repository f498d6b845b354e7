package dev.muster.server.alert;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jdbi.v3.core.Handle;

/// Remembers what was committed of what it hears.
public final class RecordingAlerts implements AlertListener {
  public final List<Alert> raised = new CopyOnWriteArrayList<>();
  public final List<Alert> recovered = new CopyOnWriteArrayList<>();

  @Override
  public void raised(Handle handle, List<Alert> alerts) {
    handle.afterCommit(() -> raised.addAll(alerts));
  }

  @Override
  public void recovered(Handle handle, List<Alert> alerts) {
    handle.afterCommit(() -> recovered.addAll(alerts));
  }
}
