package dev.muster.server.platform;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.opentelemetry.api.trace.SpanKind;
import io.quarkus.logging.Log;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Tells rooms what has happened, after it was committed, at least once.
///
/// An event is stored once a listener, in the transaction that caused it. [#deliver] leases due
/// rows with SKIP LOCKED, so any number of nodes may call it; a listener that throws is tried again
/// with backoff, and after [#MAX_ATTEMPTS] the row is kept as a dead letter.
public final class Outbox {
  static final int MAX_ATTEMPTS = 12;
  private static final int BATCH = 100;

  /// How long a batch may take before another node tries it too.
  private static final Duration LEASE = Duration.ofMinutes(1);

  private final Database database;
  private final Tracing tracing;
  private final InstantSource clock;
  private final ObjectMapper json;
  private final List<OutboxListener<?>> listeners;
  private final Map<String, OutboxListener<?>> byName;
  private volatile Runnable nudge = () -> {};

  public Outbox(
      Database database,
      InstantSource clock,
      ObjectMapper json,
      List<OutboxListener<?>> listeners) {
    this.database = database;
    this.tracing = database.tracing();
    this.clock = clock;
    this.json = json;
    this.listeners = List.copyOf(listeners);
    this.byName =
        listeners.stream().collect(Collectors.toUnmodifiableMap(OutboxListener::name, l -> l));
  }

  /// Calls `nudge` after each commit that left something here, so that delivery need not wait for
  /// the next poll.
  public void onCommit(Runnable nudge) {
    this.nudge = nudge;
  }

  /// Stores `event` for each listener of its type, in the caller's transaction.
  public void append(Handle handle, OrganizationId organization, Record event) {
    boolean any = false;
    for (OutboxListener<?> listener : listeners) {
      if (listener.eventType().isInstance(event)) {
        OutboxStore.insert(
            handle,
            new OutboxStore.Row(
                Ids.next(),
                organization.value(),
                listener.name(),
                event.getClass().getSimpleName(),
                write(event),
                0,
                tracing.current()),
            clock.instant());
        any = true;
      }
    }
    if (any) {
      handle.afterCommit(() -> nudge.run());
    }
  }

  /// Delivers what is due, batch by batch, until nothing is. Returns the number of rows delivered.
  /// Listeners are called outside any transaction, so that each can have its own.
  public int deliver() {
    int delivered = 0;
    while (true) {
      Instant now = clock.instant();
      List<OutboxStore.Row> batch =
          database.acrossOrganizations(
              handle -> OutboxStore.claim(handle, now, now.plus(LEASE), BATCH));
      List<UUID> done = new ArrayList<>();
      Map<OutboxStore.Row, String> refused = new LinkedHashMap<>();
      for (OutboxStore.Row row : batch) {
        String error = tryDeliver(row);
        if (error == null) {
          done.add(row.id());
        } else {
          refused.put(row, error);
        }
      }
      if (!batch.isEmpty()) {
        database.acrossOrganizations(handle -> {
          OutboxStore.delete(handle, done);
          refused.forEach((row, error) -> postpone(handle, row, error));
          return done;
        });
      }
      delivered += done.size();
      if (batch.size() < BATCH) {
        return delivered;
      }
    }
  }

  private @Nullable String tryDeliver(OutboxStore.Row row) {
    OutboxListener<?> listener = byName.get(row.listener());
    if (listener == null) {
      return "no listener of this name in this version";
    }
    try {
      var _ =
          tracing.continuing(
              row.traceparent(),
              SpanKind.CONSUMER,
              "outbox " + row.listener(),
              () -> handed(listener, row));
      return null;
    } catch (RuntimeException | JsonProcessingException failure) {
      Log.warnf(failure, "Event %s %s was not taken by %s", row.type(), row.id(), row.listener());
      return String.valueOf(failure.getMessage());
    }
  }

  private <E extends Record> OutboxStore.Row handed(OutboxListener<E> listener, OutboxStore.Row row)
      throws JsonProcessingException {
    listener.heard(
        new OrganizationId(row.organizationId()), json.readValue(row.body(), listener.eventType()));
    return row;
  }

  private void postpone(Handle handle, OutboxStore.Row row, String error) {
    int attempts = row.attempts();
    Instant now = clock.instant();
    boolean dead = attempts >= MAX_ATTEMPTS;
    Duration wait = Duration.ofSeconds(Math.min(600, 1L << Math.min(attempts, 10)));
    OutboxStore.postpone(handle, row.id(), now.plus(wait), dead ? now : null, error);
    if (dead) {
      Log.errorf(
          "Event %s %s is dead after %d attempts: %s", row.type(), row.id(), attempts, error);
    }
  }

  private String write(Record event) {
    try {
      return json.writeValueAsString(event);
    } catch (JsonProcessingException failure) {
      throw new IllegalArgumentException("not an event: " + event.getClass(), failure);
    }
  }
}
