package dev.muster.server.telemetry;

import dev.muster.server.device.Device;
import dev.muster.server.device.Devices;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Settings;
import dev.muster.server.web.Gate;
import dev.muster.server.web.Problems;
import io.quarkus.logging.Log;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where devices send their heartbeats: routes of Vert.x and not resources, because nothing may
/// wait on a thread for a commit, and nothing may be bound by reflection, at ten thousand a second.
@Singleton
final class HeartbeatRoutes {
  static final int MOST_BYTES = 1024 * 1024;
  private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");

  private final Ingest ingest;
  private final Reception reception;
  private final Database database;
  private final Devices devices;
  private final Problems problems;
  private final InstantSource clock;
  private final Replies replies = new Replies();
  private final long interval;
  private final Buffer answer;

  HeartbeatRoutes(
      Ingest ingest,
      Reception reception,
      Database database,
      Devices devices,
      Problems problems,
      InstantSource clock,
      Settings settings) {
    this.ingest = ingest;
    this.reception = reception;
    this.database = database;
    this.devices = devices;
    this.problems = problems;
    this.clock = clock;
    this.interval = settings.telemetry().interval().toSeconds();
    this.answer = Buffer.buffer("{\"ok\":true,\"next_heartbeat_seconds\":" + interval + "}");
  }

  void register(@Observes Router router) {
    ingest.onAnswered(replies::flush);
    route(router, "/v1/heartbeat", this::single);
    route(router, "/v1/heartbeats", this::batch);
    if (Boolean.getBoolean("muster-bench.bare-route")) {
      // what `./muster bench heartbeats` compares with
      router
          .post("/bare")
          .handler(routing -> {
            HttpServerRequest request = routing.request();
            var _ = request.handler(_ -> {}).endHandler(_ -> accept(routing));
          });
    }
  }

  private void route(Router router, String path, Handler<RoutingContext> handler) {
    for (String spelling : List.of(path, path + "/")) {
      router.route(HttpMethod.POST, spelling).handler(handler);
      router.route(spelling).handler(this::refuseMethod);
    }
  }

  private void refuseMethod(RoutingContext routing) {
    routing.response().putHeader(HttpHeaders.ALLOW, "POST");
    problems.answer(
        routing, Refusal.of(ErrorCode.METHOD_NOT_ALLOWED, "A heartbeat is sent by POST."));
  }

  private void single(RoutingContext routing) {
    receive(
        routing,
        body -> {
          HeartbeatDraft draft = HeartbeatParser.one(body.bytes(), body.length());
          draft.requireValid();
          withCaller(
              routing,
              draft.deviceId,
              caller -> {
                Heartbeat heartbeat = draft.live(caller, clock.instant());
                ingest.submit(
                    new Ingest.Entry(
                        List.of(heartbeat),
                        false,
                        new SingleAnswer(routing, caller, Reception.Carried.of(draft))));
              });
        });
  }

  private void batch(RoutingContext routing) {
    receive(
        routing,
        body -> {
          List<HeartbeatDraft> drafts = HeartbeatParser.batch(body.bytes(), body.length());
          String named =
              drafts.stream()
                  .map(draft -> draft.deviceId)
                  .filter(id -> id != null)
                  .findFirst()
                  .orElse(null);
          withCaller(routing, named, caller -> submitBatch(routing, caller, drafts));
        });
  }

  private void submitBatch(
      RoutingContext routing, Caller.Device caller, List<HeartbeatDraft> drafts) {
    Instant now = clock.instant();
    LateBatch late = LateBatch.of(drafts, caller, now, reception.oldest(now));
    late.countRefused(ingest.metrics());
    if (late.heartbeats().isEmpty()) {
      late.answer(routing, new HeartbeatStore.Counts(0, 0), List.of(), interval);
    } else {
      ingest.submit(
          new Ingest.Entry(late.heartbeats(), true, new BatchAnswer(routing, caller, late)));
    }
  }

  private interface Work<T> {
    void on(T value);
  }

  private void receive(RoutingContext routing, Work<Bodies> work) {
    HttpServerRequest request = routing.request();
    if (!mayBeADevice(Gate.caller(routing))) {
      problems.answer(routing, notADevice());
      return;
    }
    if (ingest.isFull()) {
      // before the body is read: what is refused costs no memory
      ingest.metrics().refused("full", 1);
      problems.answer(routing, Ingest.full());
      return;
    }
    String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
    if (type != null && !type.split(";", 2)[0].strip().equalsIgnoreCase("application/json")) {
      problems.answer(
          routing,
          Refusal.of(
              ErrorCode.UNSUPPORTED_MEDIA_TYPE,
              "Send JSON, with the header Content-Type: application/json."));
      return;
    }
    String encoding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
    boolean gzip = "gzip".equalsIgnoreCase(encoding);
    if (encoding != null && !gzip && !encoding.equalsIgnoreCase("identity")) {
      problems.answer(
          routing,
          Refusal.of(
              ErrorCode.UNSUPPORTED_MEDIA_TYPE,
              "The body may be compressed with gzip, and with nothing else."));
      return;
    }
    Bodies body = new Bodies(MOST_BYTES);
    request.handler(part -> {
      if (!body.add(part)) {
        request.handler(null);
        request.endHandler(null);
        problems.answer(routing, body.tooLarge());
      }
    });
    request.endHandler(_ -> guarded(routing, () -> work.on(gzip ? body.unzipped() : body)));
    request.exceptionHandler(_ -> {
      // the device is gone; what it sent is not whole
    });
  }

  private static boolean mayBeADevice(Caller caller) {
    return caller instanceof Caller.Device
        || (caller instanceof Caller.Person person && person.open());
  }

  private static Refusal notADevice() {
    return Refusal.forbidden("Only a device sends heartbeats, by its device token.");
  }

  /// Runs `work` and answers with what it throws.
  private void guarded(RoutingContext routing, Runnable work) {
    try {
      work.run();
    } catch (Refusal refusal) {
      if (refusal.code() == ErrorCode.INVALID_FIELDS) {
        ingest.metrics().refused("invalid", 1);
      }
      problems.answer(routing, refusal);
    } catch (RuntimeException failure) {
      Log.error("A heartbeat could not be read", failure);
      problems.answer(routing, Refusal.internal());
    }
  }

  /// The device is the one of the token. In open mode a caller without one is the device that it
  /// names, which has to be looked up.
  private void withCaller(
      RoutingContext routing, @Nullable String named, Work<Caller.Device> work) {
    Caller caller = Gate.caller(routing);
    switch (caller) {
      case Caller.Device device -> work.on(device);
      case Caller.Person person when person.open() -> {
        if (named == null) {
          throw Refusal.invalid("device_id", "is missing");
        }
        Context loop = routing.vertx().getOrCreateContext();
        Thread.startVirtualThread(() -> {
          Runnable after;
          try {
            Caller.Device device = lookUp(person, named);
            after = () -> guarded(routing, () -> work.on(device));
          } catch (RuntimeException failure) {
            after =
                () ->
                    guarded(
                        routing,
                        () -> {
                          throw failure;
                        });
          }
          Runnable next = after;
          loop.runOnContext(_ -> next.run());
        });
      }
      case Caller.Person _, Caller.Key _, Caller.Enroller _, Caller.Server _ -> throw notADevice();
    }
  }

  private Caller.Device lookUp(Caller.Person person, String named) {
    Device device =
        database.in(person.organization(), handle -> devices.requireSelf(handle, person, named));
    return new Caller.Device(person.organization(), device.id().value(), device.id().value());
  }

  private void accept(RoutingContext routing) {
    routing.response().putHeader(HttpHeaders.CONTENT_TYPE, JSON).end(answer);
  }

  private final class SingleAnswer implements Ingest.Answer {
    private final RoutingContext routing;
    private final Caller.Device caller;
    private final Reception.Carried carried;

    private SingleAnswer(RoutingContext routing, Caller.Device caller, Reception.Carried carried) {
      this.routing = routing;
      this.caller = caller;
      this.carried = carried;
    }

    @Override
    public void stored(HeartbeatStore.Counts counts, List<Integer> broken) {
      reception.stored(caller, List.of(carried));
      Gate.spare(routing);
      replies.add(routing, () -> accept(routing));
    }

    @Override
    public void refused(Refusal refusal) {
      replies.add(routing, () -> problems.answer(routing, refusal));
    }
  }

  private final class BatchAnswer implements Ingest.Answer {
    private final RoutingContext routing;
    private final Caller.Device caller;
    private final LateBatch batch;

    private BatchAnswer(RoutingContext routing, Caller.Device caller, LateBatch batch) {
      this.routing = routing;
      this.caller = caller;
      this.batch = batch;
    }

    @Override
    public void stored(HeartbeatStore.Counts counts, List<Integer> broken) {
      reception.stored(caller, batch.carried(broken));
      replies.add(routing, () -> batch.answer(routing, counts, broken, interval));
    }

    @Override
    public void refused(Refusal refusal) {
      replies.add(routing, () -> problems.answer(routing, refusal));
    }
  }
}
