package dev.muster.server.live;

import dev.muster.server.alert.Alert;
import dev.muster.server.alert.AlertListener;
import dev.muster.server.live.ChangeStore.Entry;
import dev.muster.server.live.ChangeStore.Kind;
import dev.muster.server.platform.Announcements;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/// Writes down which alerts were raised, acknowledged and have recovered, in the transactions in
/// which they are. These hold the alert's row, so what is written of one is in order.
@Singleton
public final class AlertLog implements AlertListener {
  private final Appender appender;

  public AlertLog(InstantSource clock, Announcements announcements) {
    this.appender = new Appender(clock, announcements);
  }

  @Override
  public void raised(Handle handle, List<Alert> alerts) {
    append(handle, alerts);
  }

  @Override
  public void recovered(Handle handle, List<Alert> alerts) {
    append(handle, alerts);
  }

  @Override
  public void acknowledged(Handle handle, Alert alert) {
    append(handle, List.of(alert));
  }

  private void append(Handle handle, List<Alert> alerts) {
    alerts.stream()
        .collect(
            Collectors.groupingBy(
                alert -> alert.organization().value(), TreeMap::new, Collectors.toList()))
        .forEach((organization, own) ->
            appender.append(
                handle,
                new OrganizationId(organization),
                own.stream().map(AlertLog::entry).toList()));
  }

  private static Entry entry(Alert alert) {
    Alert.Subject subject = alert.subject();
    return subject == null
        ? new Entry(Kind.ALERT, null, null, null, Snapshots.of(alert))
        : new Entry(Kind.ALERT, subject.device(), subject.handle(), null, Snapshots.of(alert));
  }
}
