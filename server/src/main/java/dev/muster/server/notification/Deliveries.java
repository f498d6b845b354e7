package dev.muster.server.notification;

import dev.muster.protocol.Json;
import dev.muster.server.audit.Audit;
import dev.muster.server.audit.Change;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.RecurringJob;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import dev.muster.server.platform.Settings;
import dev.muster.server.platform.Slice;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.logging.Log;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Delivers messages, and keeps those that could not be delivered. A message is taken for a time,
/// in which nobody else takes it; who takes it and dies leaves it to be taken again, so a message
/// may be sent twice, with the same id, and never not at all.
@Singleton
public class Deliveries implements RecurringJob {
  static final String METRIC = "muster.notifications";

  /// Longer than a message takes at the longest.
  static final Duration LEASE = Duration.ofMinutes(1);

  private static final int AT_ONCE = 64;

  /// How long new messages wait while all that are under way take long.
  private static final Duration MOMENT = Duration.ofSeconds(1);

  private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

  private record Done(
      MessageStore.Taken taken, Channel.@Nullable Kind kind, Senders.Outcome outcome) {}

  private final Database database;
  private final InstantSource clock;
  private final Channels channels;
  private final Senders senders;
  private final Audit audit;
  private final MeterRegistry metrics;
  private final int mostAttempts;
  private volatile MessageStore.Queue queue = new MessageStore.Queue(0, null, 0);

  Deliveries(
      Database database,
      InstantSource clock,
      Channels channels,
      Senders senders,
      Audit audit,
      MeterRegistry metrics,
      Settings settings) {
    this.database = database;
    this.clock = clock;
    this.channels = channels;
    this.senders = senders;
    this.audit = audit;
    this.metrics = metrics;
    this.mostAttempts = settings.notification().attempts();
    gauge("waiting", "Messages that wait to be delivered", MessageStore.Queue::waiting);
    gauge("late.seconds", "For how long the oldest message has waited", this::late);
    gauge("dead", "Messages that could not be delivered", MessageStore.Queue::dead);
  }

  /// As of the latest run on this node.
  private void gauge(String name, String meaning, ToDoubleFunction<MessageStore.Queue> value) {
    Gauge.builder(METRIC + "." + name, () -> value.applyAsDouble(queue))
        .description(meaning)
        .register(metrics);
  }

  private double late(MessageStore.Queue queue) {
    Instant oldest = queue.oldest();
    return oldest == null ? 0 : Duration.between(oldest, clock.instant()).toMillis() / 1e3;
  }

  @Override
  public String name() {
    return "deliver-notifications";
  }

  @Override
  public JobClass jobClass() {
    return JobClass.COMMAND;
  }

  @Override
  public Duration every() {
    return Duration.ofSeconds(1);
  }

  /// Sends until nothing is due.
  @Override
  public void run() {
    try {
      sendAll();
    } finally {
      queue = database.acrossOrganizations(MessageStore::queue);
    }
  }

  /// The messages that nobody tries to deliver any more, newest first.
  Slice<MessageStore.Dead> dead(Caller caller, int limit, int offset) {
    caller.require(Right.READ);
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle ->
            new Slice<>(
                MessageStore.countDead(handle, organization),
                MessageStore.dead(handle, organization, limit, offset)));
  }

  /// Has a dead message tried again, as often as a new one.
  ///
  /// @throws Refusal `not found`
  void retry(Caller caller, String id) {
    caller.require(Right.WRITE_DEVICES);
    OrganizationId organization = caller.organization();
    UUID message = Ids.parse(id).orElseThrow(() -> Refusal.notFound("dead message"));
    database.in(
        organization,
        handle -> {
          if (!MessageStore.retry(handle, organization, message, clock.instant())) {
            throw Refusal.notFound("dead message");
          }
          PartStore.retried(handle, organization, message);
          audit.record(
              handle,
              caller,
              Change.of("notification.retried", "notification", message)
                  .from(Json.obj(Map.of("state", Json.of("DEAD"))))
                  .to(Json.obj(Map.of("state", Json.of("QUEUED")))));
          return message;
        });
  }

  List<MessageStore.Taken> take(int most) {
    Instant now = clock.instant();
    return database.acrossOrganizations(
        handle -> MessageStore.take(handle, now, now.plus(LEASE), most));
  }

  /// Each message is settled when it has ended, and its channel goes on: a service that is slow
  /// makes nobody wait but those whose channel it is.
  private void sendAll() {
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    CompletionService<Done> sending = new ExecutorCompletionService<>(threads);
    try (threads) {
      int underWay = begin(sending, AT_ONCE);
      while (underWay > 0) {
        Future<Done> first = sending.poll(MOMENT.toMillis(), TimeUnit.MILLISECONDS);
        underWay -= settleEnded(first, sending);
        underWay += begin(sending, AT_ONCE - underWay);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } finally {
      var _ = settleEnded(sending.poll(), sending);
    }
  }

  /// Begins to send what is due. Returns how many messages.
  private int begin(CompletionService<Done> sending, int most) {
    List<MessageStore.Taken> taken = most == 0 ? List.of() : take(most);
    if (!taken.isEmpty()) {
      Map<UUID, ChannelStore.Sealed> known =
          database.acrossOrganizations(handle ->
              ChannelStore.find(
                  handle,
                  taken.stream().map(MessageStore.Taken::organization).toList(),
                  taken.stream().map(MessageStore.Taken::channel).toList()));
      for (MessageStore.Taken one : taken) {
        var _ = sending.submit(() -> send(one, known.get(one.channel())));
      }
    }
    return taken.size();
  }

  /// Writes down what came of the first, if there is one, and of those that have ended since.
  private int settleEnded(@Nullable Future<Done> first, CompletionService<Done> sending) {
    List<Done> done = new ArrayList<>();
    for (Future<Done> next = first; next != null; next = sending.poll()) {
      done.add(next.resultNow());
    }
    if (!done.isEmpty()) {
      database.acrossOrganizations(handle -> {
        done.forEach(one -> settle(handle, one));
        return done;
      });
      done.forEach(this::count);
    }
    return done.size();
  }

  private Done send(MessageStore.Taken taken, ChannelStore.@Nullable Sealed to) {
    if (to == null) {
      return new Done(taken, null, new Senders.Outcome.Refused("the channel is gone"));
    }
    Channel channel = to.channel();
    if (!channel.enabled()) {
      return new Done(
          taken, channel.kind(), new Senders.Outcome.Refused("the channel is not enabled"));
    }
    try {
      return new Done(
          taken, channel.kind(), senders.send(channel, channels.open(to), taken.delivery()));
    } catch (RuntimeException failure) { // what it says may repeat what was sealed
      return new Done(
          taken,
          channel.kind(),
          new Senders.Outcome.Again(
              null, "the server failed: " + failure.getClass().getSimpleName()));
    }
  }

  private void settle(Handle handle, Done done) {
    Instant now = clock.instant();
    MessageStore.Taken taken = done.taken();
    switch (done.outcome()) {
      case Senders.Outcome.Delivered _ ->
          MessageStore.settle(handle, taken, "DELIVERED", now, null);
      case Senders.Outcome.Refused(String said) ->
          MessageStore.settle(handle, taken, "DEAD", now, said);
      case Senders.Outcome.Again(Duration after, String said) -> {
        if (taken.attempt() >= mostAttempts) {
          MessageStore.settle(handle, taken, "DEAD", now, said);
        } else {
          MessageStore.postpone(handle, taken, now.plus(pause(after, taken.attempt())), said);
        }
      }
    }
  }

  private void count(Done done) {
    String outcome =
        switch (done.outcome()) {
          case Senders.Outcome.Delivered _ -> "delivered";
          case Senders.Outcome.Refused _ -> "dead";
          case Senders.Outcome.Again _ -> isLast(done) ? "dead" : "retried";
        };
    if (outcome.equals("dead")) {
      Log.warnf(
          "Message %s to channel %s of organization %s is dead after %d attempts: %s",
          done.taken().delivery().id(),
          done.taken().channel(),
          done.taken().organization(),
          done.taken().attempt(),
          done.outcome().said());
    }
    String kind = done.kind() == null ? "none" : done.kind().name().toLowerCase(Locale.ROOT);
    metrics.counter(METRIC, "channel", kind, "outcome", outcome).increment();
  }

  private boolean isLast(Done done) {
    return done.taken().attempt() >= mostAttempts;
  }

  /// 5, 10, 20 … seconds, or what the service asked for.
  private static Duration pause(@Nullable Duration asked, int attempt) {
    Duration doubled = FIRST_PAUSE.multipliedBy(1L << Math.min(attempt - 1, 20));
    Duration own = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
    return asked == null || asked.compareTo(SHORTEST_PAUSE) < 0 ? own : asked;
  }
}
