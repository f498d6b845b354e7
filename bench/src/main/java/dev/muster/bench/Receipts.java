package dev.muster.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.ConcurrentHistogram;
import org.jspecify.annotations.Nullable;

/// What all agents together have received, and how long after it was signed.
final class Receipts {
  private static final long LONGEST_MICROS = 600_000_000;

  private final ConcurrentHistogram micros = new ConcurrentHistogram(LONGEST_MICROS, 3);
  private final Set<String> requests = ConcurrentHashMap.newKeySet();
  private final AtomicLong repeated = new AtomicLong();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

  /// A command is signed when it is dispatched, by a clock that is this process's too.
  void received(JsonNode command, Instant now) {
    if (requests.add(command.get("request_id").asText())) {
      Instant signed = OffsetDateTime.parse(command.get("ts").asText()).toInstant();
      long took = Duration.between(signed, now).toNanos() / 1_000;
      micros.recordValue(Math.clamp(took, 0, LONGEST_MICROS));
    } else {
      repeated.incrementAndGet();
    }
  }

  void failed(Throwable failure) {
    failures.add(failure);
  }

  int commands() {
    return requests.size();
  }

  /// The first that went wrong; null when nothing did.
  @Nullable Throwable failure() {
    return failures.peek();
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "p50=%.1f p99=%.1f max=%.1f ms  n=%,d, %,d received again",
        micros.getValueAtPercentile(50) / 1e3,
        micros.getValueAtPercentile(99) / 1e3,
        micros.getMaxValue() / 1e3,
        micros.getTotalCount(),
        repeated.get());
  }
}
