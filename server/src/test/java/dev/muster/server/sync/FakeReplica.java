package dev.muster.server.sync;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.server.platform.Ids;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.SyncDevice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A client as small as one can be: a copy of the tasks, a queue of edits, and no answers taken for
/// granted.
final class FakeReplica {
  private static final List<String> STATUSES = List.of("todo", "in_progress", "done", "blocked");
  private static final List<String> PRIORITIES = List.of("low", "medium", "high", "urgent");

  private final SyncDevice device;
  private final Random random;
  private final Map<UUID, Map<String, Object>> rows = new TreeMap<>();
  private final Map<UUID, Long> ticks = new HashMap<>();
  private final List<Map<String, Object>> queue = new ArrayList<>();
  private long cursor;

  /// Titles that the server has acknowledged, and no later edit of the same row by this device.
  private final Map<UUID, String> acknowledged = new HashMap<>();

  FakeReplica(SyncDevice device, Random random) {
    this.device = device;
    this.random = random;
  }

  SyncDevice device() {
    return device;
  }

  Set<String> acknowledged() {
    return new LinkedHashSet<>(acknowledged.values());
  }

  /// All that it has ever made or edited.
  Set<UUID> ever() {
    return ticks.keySet();
  }

  Map<UUID, Map<String, Object>> rows() {
    return rows;
  }

  void create() {
    UUID id = Ids.next();
    Map<String, Object> row = new TreeMap<>();
    row.put("title", title());
    row.put("description", "");
    row.put("status", "todo");
    row.put("priority", "medium");
    row.put("due_date", null);
    row.put("position", "1000.0000000000");
    row.put("project", null);
    row.put("assigned_to", null);
    row.put("tags", List.of());
    row.put("custom_fields", Map.of());
    row.put("vector_clock", Map.of());
    put(id, row, "create");
  }

  void edit() {
    UUID id = any();
    if (id == null) {
      create();
      return;
    }
    Map<String, Object> row = new TreeMap<>(rows.getOrDefault(id, Map.of()));
    switch (random.nextInt(5)) {
      case 0, 1 -> row.put("title", title());
      case 2 -> row.put("status", STATUSES.get(random.nextInt(STATUSES.size())));
      case 3 -> row.put("priority", PRIORITIES.get(random.nextInt(PRIORITIES.size())));
      default -> row.put("tags", List.of("t" + random.nextInt(4)));
    }
    put(id, row, "update");
  }

  void delete() {
    UUID id = any();
    if (id != null) {
      Map<String, Object> row = rows.getOrDefault(id, Map.of());
      put(id, row, "delete");
      rows.remove(id);
    }
  }

  private @Nullable UUID any() {
    List<UUID> ids = List.copyOf(rows.keySet());
    return ids.isEmpty() ? null : ids.get(random.nextInt(ids.size()));
  }

  private static String title() {
    return "title " + Ids.next();
  }

  /// A component is never used twice, whatever the server has made of the row meanwhile.
  private void put(UUID id, Map<String, Object> row, String operation) {
    Map<String, Object> next = new TreeMap<>(row);
    Map<String, Long> clock = clock(row);
    long tick = Math.max(ticks.getOrDefault(id, 0L), clock.getOrDefault(device.id(), 0L)) + 1;
    ticks.put(id, tick);
    clock.put(device.id(), tick);
    next.put("vector_clock", clock);
    rows.put(id, next);
    queue.add(device.item(id, operation, next));
  }

  private static Map<String, Long> clock(Map<String, Object> row) {
    Map<String, Long> clock = new TreeMap<>();
    if (row.get("vector_clock") instanceof Map<?, ?> stored) {
      stored.forEach(
          (component, value) -> clock.put((String) component, ((Number) value).longValue()));
    }
    return clock;
  }

  /// @param reliable whether every answer comes; else some are lost, and some pushes come twice
  void sync(boolean reliable) {
    while (!queue.isEmpty()) {
      int size = Math.min(queue.size(), 1 + random.nextInt(5));
      List<Map<String, Object>> head = List.copyOf(queue.subList(0, size));
      Api.Answer answer = device.pushTasks(head).expect(200);
      boolean lost = !reliable && random.nextInt(4) == 0;
      if (lost) {
        return;
      }
      int processed = answer.node("processed").asInt();
      for (Map<String, Object> item : queue.subList(0, processed)) {
        acknowledge(item);
      }
      queue.subList(0, processed).clear();
    }
    pull(reliable);
  }

  private void acknowledge(Map<String, Object> item) {
    UUID id = UUID.fromString(String.valueOf(item.get("id")));
    if ("delete".equals(item.get("operation"))) {
      acknowledged.remove(id);
    } else if (item.get("data") instanceof Map<?, ?> data) {
      acknowledged.put(id, String.valueOf(data.get("title")));
    }
  }

  private void pull(boolean reliable) {
    while (true) {
      JsonNode page = device.pull(cursor, 1 + random.nextInt(7)).expect(200).body();
      if (!reliable && random.nextInt(5) == 0) {
        return; // the answer was lost
      }
      for (JsonNode task : page.get("tasks")) {
        rows.put(UUID.fromString(task.get("id").asText()), row(task));
      }
      for (JsonNode tombstone : page.get("tombstones")) {
        rows.remove(UUID.fromString(tombstone.get("entity_id").asText()));
      }
      cursor = page.get("timestamp").asLong();
      if (!page.get("hasMore").asBoolean()) {
        return;
      }
    }
  }

  /// What people set of a task, with its clock and when it was done.
  static Map<String, Object> row(JsonNode task) {
    Map<String, Object> row = new TreeMap<>();
    for (String field :
        List.of(
            "title",
            "description",
            "status",
            "priority",
            "due_date",
            "position",
            "project",
            "assigned_to",
            "completed_at")) {
      row.put(field, task.get(field).isNull() ? null : task.get(field).asText());
    }
    List<String> tags = new ArrayList<>();
    task.get("tags").forEach(tag -> tags.add(tag.asText()));
    row.put("tags", tags);
    row.put("custom_fields", Map.of());
    Map<String, Long> clock = new TreeMap<>();
    task.get("vector_clock")
        .properties()
        .forEach(component -> clock.put(component.getKey(), component.getValue().asLong()));
    row.put("vector_clock", clock);
    return row;
  }
}
