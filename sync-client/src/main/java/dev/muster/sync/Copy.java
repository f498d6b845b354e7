package dev.muster.sync;

import dev.muster.protocol.Json;
import dev.muster.protocol.VectorClock;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What becomes of the copy on this device, in one transaction of its store: when its people edit,
/// when the server has taken edits, and when it tells what it has.
///
/// It holds all the time: what people see is what the server is known to have, and the edits that
/// wait.
final class Copy {
  /// The number up to which the server has told everything.
  static final String CURSOR = "cursor";

  /// Of the server's data.
  static final String EPOCH = "epoch";

  /// How often the server was asked for everything.
  static final String ROUND = "round";

  /// Why the server is being asked for everything; empty when it is not.
  static final String ANEW = "anew";

  /// Deletions may have been missed: what the server does not tell is gone.
  static final String AWAY = "away";

  /// The server was restored from a backup: what it does not tell it has lost.
  static final String RESTORED = "restored";

  private final SyncStore.Transaction store;
  private final String device;
  private final Instant now;

  /// @param now by this device's clock
  Copy(SyncStore.Transaction store, String device, Instant now) {
    this.store = store;
    this.device = device;
    this.now = now;
  }

  /// @return the row as people see it now
  Row set(Kind kind, String id, String operation, Map<String, Json> set) throws IOException {
    Row row = row(kind, id);
    VectorClock clock = ticked(row);
    Map<String, Json> fields = new HashMap<>(set);
    fields.put("updated_at", Json.of(now.toString()));
    Json.Obj edit = Row.with(null, fields, clock);
    Row edited =
        row.withTick(clock.at(device))
            .withLocal(
                operation.equals(Change.DELETE) ? null : Row.with(row.local(), fields, clock));
    store.put(edited);
    store.enqueue(kind, id, operation, edit);
    return edited;
  }

  private VectorClock ticked(Row row) {
    VectorClock seen = Row.clock(row.local() == null ? row.base() : row.local());
    Map<String, Long> components = new HashMap<>(seen.components());
    components.put(device, Math.max(row.tick(), seen.at(device)) + 1);
    return VectorClock.of(components);
  }

  Row row(Kind kind, String id) throws IOException {
    Row row = store.find(kind, id);
    return row == null ? Row.unknown(kind, id) : row;
  }

  private long round() throws IOException {
    String round = store.recall(ROUND);
    return round.isEmpty() ? 0 : Long.parseLong(round);
  }

  /// The server has dealt with these edits, each as data or as a conflict.
  ///
  /// @param told the conflicts of the answer, the last one of each row
  /// @return the conflicts, with what this device had
  List<Notice> taken(List<Change> changes, Map<String, Answers.Told> told) throws IOException {
    Map<String, Row> rows = new LinkedHashMap<>();
    long round = round();
    for (Change change : changes) {
      if (!store.drop(change)) {
        continue; // another process of this device has pushed it as well
      }
      String key = Answers.key(change.kind(), change.id());
      Row row = rows.get(key);
      if (row == null) {
        row = row(change.kind(), change.id()).inRound(round);
      }
      rows.put(key, told.containsKey(key) ? row : row.withBase(after(row.base(), change)));
    }
    Map<String, Notice> notices = new LinkedHashMap<>();
    for (Map.Entry<String, Row> entry : rows.entrySet()) {
      Row row = entry.getValue();
      Answers.Told conflict = told.get(entry.getKey());
      if (conflict != null) {
        Notice notice =
            new Notice(row.kind(), row.id(), conflict.reason(), row.local(), conflict.row());
        store.put(notice);
        notices.put(entry.getKey(), notice);
        boolean old = conflict.row() == null || isBefore(conflict.clock(), row.base());
        row = old ? row : row.withBase(conflict.over(row.base()));
      }
      store.put(settled(row));
    }
    return List.copyOf(notices.values());
  }

  /// Whether the row has gone on since: an answer that took long must not bring the old one back.
  private static boolean isBefore(VectorClock told, Json.@Nullable Obj base) {
    return base != null && told.compare(Row.clock(base)) == VectorClock.Order.BEFORE;
  }

  /// What the server has after an edit that it took, unless it has told something newer meanwhile.
  /// When it made something else of the edit, it tells so at the next pull.
  private static Json.@Nullable Obj after(Json.@Nullable Obj base, Change change) {
    VectorClock clock = Row.clock(change.data());
    if (base != null && clock.compare(Row.clock(base)) != VectorClock.Order.AFTER) {
      return base;
    }
    return switch (change.operation()) {
      case Change.DELETE -> null;
      case Change.CREATE -> Row.with(base, change.data().fields(), clock);
      default -> base == null ? null : Row.with(base, change.data().fields(), clock);
    };
  }

  /// People see what the server has once no edit waits.
  private Row settled(Row row) throws IOException {
    if (store.hasPending(row.kind(), row.id())) {
      return row;
    }
    Row known = row.isGone() ? row.withBase(null) : row;
    return known.withLocal(known.base());
  }

  /// The server has told this row.
  void told(Kind kind, String id, Json.Obj data) throws IOException {
    Row row = row(kind, id);
    VectorClock clock = Row.clock(data);
    Json.Obj had = row.base();
    if (had != null
        && store.recall(ANEW).equals(RESTORED)
        && Row.clock(had).compare(clock) != VectorClock.Order.EQUAL
        && Row.clock(had).compare(clock) != VectorClock.Order.BEFORE) {
      pushAgain(row, had);
      row = row(kind, id);
    }
    boolean old = store.recall(ANEW).isEmpty() && isBefore(clock, had);
    store.put(settled((old ? row : row.withBase(data)).inRound(round())));
  }

  /// The server has told that this row is deleted, and does not tell it again: edits of it that
  /// wait, and that the server has seen before, must not bring it back here.
  void deleted(Kind kind, String id, VectorClock clock) throws IOException {
    Row row = store.find(kind, id);
    if (row != null) {
      store.put(settled(row.withBase(Row.gone(clock)).inRound(round())));
    }
  }

  /// The server is to be asked for everything.
  void beginAnew(String reason) throws IOException {
    store.remember(ANEW, reason);
    store.remember(ROUND, String.valueOf(round() + 1));
    store.remember(CURSOR, "0");
  }

  /// The server has told everything. Deals with some of the rows that it did not tell.
  ///
  /// @return whether there may be more of them
  boolean endAnew(int most) throws IOException {
    boolean restored = store.recall(ANEW).equals(RESTORED);
    List<Row> untold = store.untold(round(), most);
    for (Row row : untold) {
      Json.Obj had = row.base();
      if (restored && had != null) {
        pushAgain(row, had);
        row = row(row.kind(), row.id());
      }
      store.put(settled(row.withBase(null).inRound(round())));
    }
    if (untold.size() < most) {
      store.remember(ANEW, "");
      return false;
    }
    return true;
  }

  /// The server has lost what this device was told: it gets it back, as an edit of this device, and
  /// with the edits that wait.
  private void pushAgain(Row row, Json.Obj had) throws IOException {
    boolean waits = store.hasPending(row.kind(), row.id());
    Json.Obj whole = waits ? row.local() : had;
    if (whole != null) {
      store.dropAll(row.kind(), row.id());
      Map<String, Json> fields = new HashMap<>(whole.fields());
      fields.keySet().retainAll(Fields.of(row.kind()));
      set(row.kind(), row.id(), Change.CREATE, fields);
    }
  }
}
