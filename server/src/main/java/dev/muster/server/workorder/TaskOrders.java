package dev.muster.server.workorder;

import dev.muster.protocol.Json;
import dev.muster.server.alert.Alert;
import dev.muster.server.alert.AlertListener;
import dev.muster.server.alert.Rules;
import dev.muster.server.alert.TaskOrder;
import dev.muster.server.alert.Terms;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Outbox;
import dev.muster.server.platform.Refusal;
import dev.muster.server.task.Named;
import dev.muster.server.task.Priority;
import dev.muster.server.task.Replica;
import dev.muster.server.task.TaskFields;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Passes on which alerts want a task, in the transactions that raise them and let them recover;
/// [AlertTasks] opens it after the commit, as ingest must not wait for numbers of changes.
@Singleton
public class TaskOrders implements AlertListener, Rules.Listener {
  private final Rules rules;
  private final Outbox outbox;
  private final Replica replica;

  public TaskOrders(Rules rules, Outbox outbox, Replica replica) {
    this.rules = rules;
    this.outbox = outbox;
    this.replica = replica;
  }

  @Override
  public void raised(Handle handle, List<Alert> alerts) {
    tell(handle, alerts, true);
  }

  /// Asks the rules again, and not whether there is a task: it may be being opened at this moment.
  @Override
  public void recovered(Handle handle, List<Alert> alerts) {
    tell(handle, alerts, false);
  }

  private void tell(Handle handle, List<Alert> alerts, boolean opens) {
    Map<UUID, Terms> terms = rules.terms(handle, alerts);
    for (Alert alert : alerts) {
      Terms own = terms.get(alert.id());
      TaskOrder order = own == null ? null : own.remedy().task();
      if (order != null) {
        AlertNews news = new AlertNews(alert.id(), opens ? order : null);
        outbox.append(handle, alert.organization(), news);
      }
    }
  }

  @Override
  public void ruleWanted(Handle handle, OrganizationId organization, Terms terms) {
    TaskOrder order = terms.remedy().task();
    if (order == null) {
      return;
    }
    Map<String, Json> fields = fields(order);
    Named kept = replica.keep(handle, organization, List.of(fields));
    replica
        .references(handle, organization, List.of(), kept)
        .missing(Map.of(), fields)
        .ifPresent(field -> {
          throw Refusal.invalid("open_task." + field, "must be one of this organization");
        });
  }

  /// What the order says of its task, checked.
  static Map<String, Json> fields(TaskOrder order) {
    Map<String, Json> fields = new HashMap<>();
    put(fields, TaskFields.PROJECT, order.project());
    put(fields, TaskFields.ASSIGNED_TO, order.assignedTo());
    String priority = order.priority();
    if (priority != null && Priority.named(priority).isEmpty()) {
      throw Refusal.invalid("open_task.priority", Priority.RULE);
    }
    put(fields, TaskFields.PRIORITY, priority);
    return fields;
  }

  private static void put(Map<String, Json> fields, String field, @Nullable Object value) {
    if (value != null) {
      fields.put(field, Json.of(value.toString()));
    }
  }
}
