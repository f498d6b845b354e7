package dev.muster.server.platform;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The machine secrets that this node has checked, remembered as SHA-256, so that its row is read
/// once a node and not once a request.
///
/// What is remembered is believed for at most [#BELIEVED], after which its row is read again. The
/// room whose secrets they are drops one before that when it is revoked; no check that began before
/// the drop leaves it remembered.
///
/// @param <T> what else is stored of a secret
public final class CheckedSecrets<T> {
  public static final Duration BELIEVED = Duration.ofSeconds(60);

  /// How long one that nobody uses is looked at again by [#renew].
  private static final Duration IDLE = Duration.ofMinutes(15);

  private static final int CHUNK = 1_000;

  /// A secret that may be used, as the database has it.
  public record Stored<T>(String hash, T row) {}

  private static final class Remembered<T> {
    private final byte[] digest;
    private final Stored<T> stored;

    /// Times in milliseconds, which are written at each use; as objects they would have the garbage
    /// collector look at every secret.
    private volatile long until;

    private volatile long usedAt;

    private Remembered(byte[] digest, Stored<T> stored, Instant now) {
      this.digest = digest;
      this.stored = stored;
      believe(now);
      use(now);
    }

    private void believe(Instant now) {
      until = now.plus(BELIEVED).toEpochMilli();
    }

    private boolean isBelieved(Instant now) {
      return now.toEpochMilli() < until;
    }

    private void use(Instant now) {
      usedAt = now.toEpochMilli();
    }
  }

  private final InstantSource clock;
  private final Cache<UUID, Remembered<T>> remembered;
  private final AtomicLong drops = new AtomicLong();

  public CheckedSecrets(InstantSource clock, int most) {
    this.clock = clock;
    this.remembered = Caffeine.newBuilder().maximumSize(most).build();
  }

  /// What is stored of the secret; empty when there is none of its id, or it is another.
  ///
  /// @param find reads the secret of this id, if it may be used
  /// @param proven is called with what was read, once the secret is known to be right and before it
  ///   is remembered; it may still refuse
  public Optional<T> check(
      MachineSecret secret, Supplier<Optional<Stored<T>>> find, Consumer<T> proven) {
    byte[] digest = secret.digest();
    Remembered<T> known = remembered.getIfPresent(secret.id());
    if (known != null && !MessageDigest.isEqual(known.digest, digest)) {
      return Optional.empty();
    }
    Instant now = clock.instant();
    if (known != null && known.isBelieved(now)) {
      known.use(now);
      return Optional.of(known.stored.row());
    }
    long dropsBefore = drops.get();
    Stored<T> stored = find.get().filter(found -> isOf(secret, found, known)).orElse(null);
    if (stored == null) {
      return Optional.empty();
    }
    proven.accept(stored.row());
    remembered.put(secret.id(), new Remembered<>(digest, stored, clock.instant()));
    if (drops.get() != dropsBefore) {
      remembered.invalidate(secret.id()); // it may have been revoked since it was read
    }
    return Optional.of(stored.row());
  }

  /// What is stored of the secret, when it was checked lately; null otherwise. Never blocks.
  public @Nullable T known(MachineSecret secret) {
    Remembered<T> known = remembered.getIfPresent(secret.id());
    Instant now = clock.instant();
    if (known == null
        || !known.isBelieved(now)
        || !MessageDigest.isEqual(known.digest, secret.digest())) {
      return null;
    }
    known.use(now);
    return known.stored.row();
  }

  /// Believes for another [#BELIEVED] what was used in the last quarter of an hour and may still be
  /// used, and forgets the rest. For secrets whose holders come more seldom than they are believed:
  /// one query for thousands instead of one for each.
  ///
  /// @param refused those of these ids that may not be used any more
  /// @param spread over which time the queries are spread, so that nobody waits for all of them
  public void renew(Function<Collection<UUID>, Collection<UUID>> refused, Duration spread)
      throws InterruptedException {
    List<UUID> ids = List.copyOf(remembered.asMap().keySet());
    long pause = spread.toNanos() / (1 + ids.size() / CHUNK);
    for (int i = 0; i < ids.size(); i += CHUNK) {
      renew(ids.subList(i, Math.min(ids.size(), i + CHUNK)), refused);
      TimeUnit.NANOSECONDS.sleep(pause);
    }
  }

  private void renew(List<UUID> ids, Function<Collection<UUID>, Collection<UUID>> refused) {
    Instant begun = clock.instant();
    Map<UUID, Remembered<T>> asked = new HashMap<>(remembered.getAllPresent(ids));
    asked.values().removeIf(known -> known.usedAt < begun.minus(IDLE).toEpochMilli());
    Collection<UUID> gone = refused.apply(asked.keySet());
    gone.forEach(this::drop);
    asked.keySet().removeAll(gone);
    // one that was dropped meanwhile is another object by now, or none
    asked.values().forEach(known -> known.believe(begun));
  }

  public void drop(UUID id) {
    drops.incrementAndGet();
    remembered.invalidate(id);
  }

  public void dropAll() {
    drops.incrementAndGet();
    remembered.invalidateAll();
  }

  private boolean isOf(MachineSecret secret, Stored<T> found, @Nullable Remembered<T> known) {
    return (known != null && known.stored.hash().equals(found.hash()))
        || secret.matches(found.hash());
  }
}
