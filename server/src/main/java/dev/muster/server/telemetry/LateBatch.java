package dev.muster.server.telemetry;

import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Refusal;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The heartbeats that a device sends later than it took them: those that can be stored, and what
/// is wrong with the others, which do not hold them up.
///
/// @param late how many of the refused are too old
record LateBatch(List<Good> good, List<Refused> refused, int late) {
  /// @param index its place in the batch, from 0
  record Good(int index, Heartbeat heartbeat) {}

  /// @param index its place in the batch, from 0
  record Refused(int index, String field, String message) {}

  static LateBatch of(
      List<HeartbeatDraft> drafts, Caller.Device caller, Instant now, Instant oldest) {
    List<Good> good = new ArrayList<>();
    List<Refused> refused = new ArrayList<>();
    int late = 0;
    for (int i = 0; i < drafts.size(); i++) {
      HeartbeatDraft draft = drafts.get(i);
      boolean wellFormed = draft.problems().isEmpty();
      Heartbeat heartbeat = draft.late(caller, now, oldest);
      if (heartbeat != null) {
        good.add(new Good(i, heartbeat));
      } else {
        for (Refusal.FieldError error : draft.problems()) {
          refused.add(new Refused(i, error.field(), error.message()));
        }
        late += wellFormed ? 1 : 0;
      }
    }
    return new LateBatch(good, refused, late);
  }

  List<Heartbeat> heartbeats() {
    return good.stream().map(Good::heartbeat).toList();
  }

  /// With those that the database did not take, all in the order of the batch.
  ///
  /// @param broken their places among the [heartbeats][#heartbeats]
  List<Refused> refused(List<Integer> broken) {
    List<Refused> all = new ArrayList<>(refused);
    broken.forEach(place -> all.add(new Refused(good.get(place).index(), "", Ingest.UNSTORABLE)));
    all.sort(Comparator.comparingInt(Refused::index));
    return all;
  }

  void countRefused(IngestMetrics metrics) {
    long wrong = refused.stream().mapToInt(Refused::index).distinct().count() - late;
    if (wrong > 0) {
      metrics.refused("invalid", (int) wrong);
    }
    if (late > 0) {
      metrics.refused("late", late);
    }
  }

  void answer(
      RoutingContext routing,
      HeartbeatStore.Counts counts,
      List<Integer> broken,
      long nextSeconds) {
    JsonArray wrong = new JsonArray();
    for (Refused one : refused(broken)) {
      JsonObject row = new JsonObject().put("index", one.index());
      if (!one.field().isEmpty()) {
        row.put("field", one.field());
      }
      wrong.add(row.put("message", one.message()));
    }
    routing
        .response()
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
        .end(
            new JsonObject()
                .put("ok", true)
                .put("stored", counts.stored())
                .put("duplicates", counts.duplicates())
                .put("refused", wrong)
                .put("next_heartbeat_seconds", nextSeconds)
                .toBuffer());
  }
}
