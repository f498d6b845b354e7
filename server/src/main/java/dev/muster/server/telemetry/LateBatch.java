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
import java.util.Set;
import java.util.stream.IntStream;

/// The heartbeats that a device sends later than it took them: those that can be stored, and what
/// is wrong with the others, which do not hold them up.
///
/// @param late how many of the refused are too old
record LateBatch(List<Good> good, List<Refused> refused, int late) {
  /// @param index its place in the batch, from 0
  record Good(int index, Heartbeat heartbeat, Reception.Carried carried) {}

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
        good.add(new Good(i, heartbeat, Reception.Carried.of(draft)));
      } else {
        for (Refusal.FieldError error : draft.problems()) {
          refused.add(new Refused(i, error.field(), error.message()));
        }
        late += wellFormed ? 1 : 0;
      }
    }
    return new LateBatch(withNewestToken(good), refused, late);
  }

  /// Of the tokens only the newest counts, and no other takes memory.
  private static List<Good> withNewestToken(List<Good> all) {
    Good newest =
        all.stream()
            .filter(good -> good.carried().token() != null)
            .reduce((one, other) ->
                other.heartbeat().takenAt().isBefore(one.heartbeat().takenAt()) ? one : other)
            .orElse(null);
    return all.stream()
        .map(good -> {
          Reception.Carried ping = new Reception.Carried(good.carried().ping(), null);
          return good.equals(newest) ? good : new Good(good.index(), good.heartbeat(), ping);
        })
        .toList();
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

  /// What those carry that are stored.
  List<Reception.Carried> carried(List<Integer> broken) {
    Set<Integer> lost = Set.copyOf(broken);
    return IntStream.range(0, good.size())
        .filter(place -> !lost.contains(place))
        .mapToObj(place -> good.get(place).carried())
        .toList();
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
