package dev.muster.sync;

import dev.muster.protocol.Json;
import dev.muster.protocol.VectorClock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The server's answers, read.
final class Answers {

  /// A conflict as the push's answer tells it.
  ///
  /// @param row what the server has; null when it did not tell
  /// @param clock of that
  record Told(String reason, Json.@Nullable Obj row, VectorClock clock) {
    /// What the server is known to have now; null when that is nothing.
    Json.@Nullable Obj over(Json.@Nullable Obj base) {
      return row == null || row.fields().get("deleted_at") instanceof Json.Text
          ? null
          : Row.with(base, row.fields(), clock);
    }
  }

  /// @param told by [#key]
  record Pushed(int processed, Map<String, Told> told) {}

  /// @param timestamp the next cursor
  record Page(
      List<Json.Obj> tasks,
      List<Json.Obj> comments,
      List<Json.Obj> tombstones,
      boolean hasMore,
      long timestamp,
      String epoch,
      boolean resyncRequired) {
    int size() {
      return tasks.size() + comments.size() + tombstones.size();
    }
  }

  private Answers() {}

  static String key(Kind kind, String id) {
    return kind.wireName() + " " + id;
  }

  static Pushed pushed(Json.Obj answer) throws IOException {
    Map<String, Told> told = new HashMap<>();
    for (Json.Obj conflict : objects(answer, "conflicts")) {
      Json.Obj row =
          conflict.fields().get("serverVersion") instanceof Json.Obj object ? object : null;
      told.put(
          Row.text(conflict, "entityType") + " " + Row.text(conflict, "entityId"),
          new Told(
              Row.text(conflict, "conflictReason"),
              row,
              Row.clock(
                  Json.obj(
                      Map.of(
                          Row.CLOCK,
                          conflict.fields().getOrDefault("serverVectorClock", Json.NULL))))));
    }
    return new Pushed((int) number(answer, "processed"), told);
  }

  static Page page(Json.Obj answer) throws IOException {
    return new Page(
        objects(answer, Kind.TASK.listName()),
        objects(answer, Kind.COMMENT.listName()),
        objects(answer, "tombstones"),
        isTrue(answer, "hasMore"),
        number(answer, "timestamp"),
        Row.text(answer, "epoch"),
        isTrue(answer, "resyncRequired"));
  }

  private static boolean isTrue(Json.Obj answer, String field) {
    return answer.fields().get(field) instanceof Json.Bool bool && bool.value();
  }

  private static long number(Json.Obj answer, String field) throws IOException {
    if (answer.fields().get(field) instanceof Json.Num number) {
      return number.value().longValue();
    }
    throw new IOException("The server's answer has no " + field + ": is it a Muster server?");
  }

  static List<Json.Obj> objects(Json.Obj answer, String field) {
    List<Json.Obj> objects = new ArrayList<>();
    if (answer.fields().get(field) instanceof Json.Arr array) {
      for (Json item : array.items()) {
        if (item instanceof Json.Obj object) {
          objects.add(object);
        }
      }
    }
    return objects;
  }
}
