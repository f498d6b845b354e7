package dev.muster.server.workorder;

import dev.muster.protocol.Json;
import dev.muster.server.alert.Alert;
import dev.muster.server.alert.Alerts;
import dev.muster.server.alert.TaskOrder;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.OutboxListener;
import dev.muster.server.task.Author;
import dev.muster.server.task.Comment;
import dev.muster.server.task.Named;
import dev.muster.server.task.References;
import dev.muster.server.task.Replica;
import dev.muster.server.task.Stamp;
import dev.muster.server.task.Task;
import dev.muster.server.task.TaskFields;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// Opens the task that an alert wants, and says on it that the alert has recovered. The task, and
/// that comment, have the id of the alert: hearing the same again changes nothing, in whatever
/// order it comes. What people have made of the task stays as it is.
@Singleton
final class AlertTasks implements OutboxListener<AlertNews> {
  private final Database database;
  private final Alerts alerts;
  private final Replica replica;
  private final InstantSource clock;

  AlertTasks(Database database, Alerts alerts, Replica replica, InstantSource clock) {
    this.database = database;
    this.alerts = alerts;
    this.replica = replica;
    this.clock = clock;
  }

  @Override
  public String name() {
    return "workorder.alert-tasks";
  }

  @Override
  public Class<AlertNews> eventType() {
    return AlertNews.class;
  }

  @Override
  public void heard(OrganizationId organization, AlertNews news) {
    database.in(
        organization,
        handle -> {
          AlertTaskStore.lock(handle, news.alert());
          alerts
              .find(handle, organization, news.alert())
              .ifPresent(alert -> follow(handle, alert, news));
          return null;
        });
  }

  private void follow(Handle handle, Alert alert, AlertNews news) {
    OrganizationId organization = alert.organization();
    Instant now = clock.instant();
    List<UUID> id = List.of(alert.id());
    TaskOrder order = news.order();
    Map<String, Json> fields = order == null ? Map.of() : fields(alert, order);
    Named kept = replica.keep(handle, organization, List.of(fields));
    Replica.Held held = replica.hold(handle, organization, id, id);
    Task known = held.tasks().get(alert.id());
    List<Replica.Edit<Task>> opened = List.of();
    if (known == null && order != null) {
      References references = replica.references(handle, organization, List.of(), kept);
      Task blank = Task.titled(alert.id(), "", null, Stamp.made(null, null, now));
      Task task = TaskFields.set(blank, references.withoutMissing(fields));
      opened = List.of(new Replica.Edit<>(null, task));
    }
    boolean isOpen = !opened.isEmpty() || (known != null && !known.stamp().isDeleted());
    Instant over = alert.recoveredAt();
    List<Replica.Edit<Comment>> said =
        isOpen && over != null && !held.comments().containsKey(alert.id())
            ? List.of(new Replica.Edit<>(null, comment(alert, over, now)))
            : List.of();
    if (!replica.write(handle, Author.server(organization), opened, said, now)) {
      throw new IllegalStateException("somebody else has made the task of " + alert.id());
    }
  }

  private static Map<String, Json> fields(Alert alert, TaskOrder order) {
    Map<String, Json> fields = TaskOrders.fields(order);
    String about = alert.rule().kind().name().toLowerCase(Locale.ROOT);
    Alert.Subject subject = alert.subject();
    if (subject != null) {
      about = about + ": " + subject.name();
      fields.put(TaskFields.DEVICE, Json.of(subject.device().toString()));
    }
    int end = Math.min(about.codePointCount(0, about.length()), TaskFields.LONGEST_TITLE);
    fields.put(TaskFields.TITLE, Json.of(about.substring(0, about.offsetByCodePoints(0, end))));
    fields.put(TaskFields.DESCRIPTION, Json.of(alert.summary()));
    return fields;
  }

  private static Comment comment(Alert alert, Instant over, Instant now) {
    return new Comment(
        alert.id(),
        alert.id(),
        null,
        "The alert has recovered at " + over.truncatedTo(ChronoUnit.SECONDS) + ".",
        null,
        false,
        Stamp.made(null, null, now));
  }
}
