package dev.muster.server.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.muster.server.limit.EndpointClass.Rate;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.local.SynchronizationStrategy;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The buckets of one class, one for each caller, of which there are never more than `most`.
///
/// A bucket is forgotten when its caller has been away for so long that it would be full again, so
/// forgetting it gives nothing away. When there are too many before that, it depends on whether
/// callers can be made up:
///
/// - Identities cannot. The buckets that are used least make room, which is never that of somebody
///   who calls too often.
/// - Addresses can: a network has as many as it likes. If those made room for each other, who
///   changes address with each request would have no limit. So newcomers share one bucket, of
///   [#SHARE] times the rate, until old ones are forgotten, and those who are known keep their own.
final class Buckets {
  static final int SHARE = 10;
  private static final long LOOK_AGAIN = Duration.ofSeconds(1).toNanos();

  /// Nanoseconds of a clock that never goes back.
  interface Ticks extends TimeMeter {
    @Override
    default boolean isWallClockBased() {
      return false;
    }
  }

  private final Ticks ticks;
  private final int most;
  private final Cache<Object, Bucket> each;
  private final Function<Object, Bucket> fresh;
  private final @Nullable Bucket ofNewcomers;
  private final AtomicLong looked;

  private Buckets(Rate rate, int most, boolean bounded, Ticks ticks) {
    this.ticks = ticks;
    this.most = most;
    this.looked = new AtomicLong(ticks.currentTimeNanos());
    Caffeine<Object, Object> builder =
        Caffeine.newBuilder()
            // twice, because a bucket of refused credentials may be in debt
            .expireAfterAccess(rate.filled().multipliedBy(2).plusSeconds(1))
            .ticker(ticks::currentTimeNanos);
    this.each = bounded ? builder.maximumSize(most).build() : builder.build();
    this.fresh = _ -> bucket(rate, ticks);
    this.ofNewcomers =
        bounded
            ? null
            : bucket(
                new Rate(
                    Math.multiplyExact(rate.perMinute(), SHARE),
                    Math.multiplyExact(rate.burst(), SHARE)),
                ticks);
  }

  /// Of callers who have shown who they are.
  static Buckets ofIdentities(Rate rate, int most, Ticks ticks) {
    return new Buckets(rate, most, true, ticks);
  }

  /// Of callers of whom the address is known, and nothing else.
  static Buckets ofAddresses(Rate rate, int most, Ticks ticks) {
    return new Buckets(rate, most, false, ticks);
  }

  private static Bucket bucket(Rate rate, Ticks ticks) {
    return Bucket.builder()
        .addLimit(limit ->
            limit.capacity(rate.burst()).refillGreedy(rate.perMinute(), Duration.ofMinutes(1)))
        .withCustomTimePrecision(ticks)
        // the other one makes a new object at each call
        .withSynchronizationStrategy(SynchronizationStrategy.SYNCHRONIZED)
        .build();
  }

  /// Takes one of what `who` may.
  ///
  /// @return how long to wait; null when it was there to be taken
  @Nullable Duration take(Object who) {
    Bucket bucket = of(who);
    return bucket.tryConsume(1) ? null : wait(bucket);
  }

  /// Takes one of what `who` may, or more than that: then they owe it.
  void owe(Object who) {
    var _ = of(who).consumeIgnoringRateLimits(1);
  }

  /// How long `who` has to wait until there is something to be taken; null when there is.
  @Nullable Duration peek(Object who) {
    Bucket bucket = each.getIfPresent(who);
    if (bucket == null) {
      bucket = isFull() ? ofNewcomers : null;
    }
    return bucket == null || bucket.getAvailableTokens() > 0 ? null : wait(bucket);
  }

  private static Duration wait(Bucket bucket) {
    return Duration.ofNanos(bucket.estimateAbilityToConsume(1).getNanosToWaitForRefill());
  }

  private Bucket of(Object who) {
    Bucket known = each.getIfPresent(who);
    if (known != null) {
      return known;
    }
    Bucket shared = ofNewcomers;
    return shared != null && isFull() ? shared : each.get(who, fresh);
  }

  /// Those that are forgotten are counted until somebody looks, which is dear while there are many.
  private boolean isFull() {
    if (each.estimatedSize() < most) {
      return false;
    }
    long now = ticks.currentTimeNanos();
    long before = looked.get();
    if (now - before >= LOOK_AGAIN && looked.compareAndSet(before, now)) {
      each.cleanUp();
    }
    return each.estimatedSize() >= most;
  }

  /// How many callers are remembered.
  long size() {
    each.cleanUp();
    return each.estimatedSize();
  }
}
