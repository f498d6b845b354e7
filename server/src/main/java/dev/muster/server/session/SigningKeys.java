package dev.muster.server.session;

import dev.muster.protocol.Json;
import dev.muster.server.audit.Audit;
import dev.muster.server.audit.Change;
import dev.muster.server.platform.AdvisoryLock;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.MasterKey;
import dev.muster.server.platform.MasterKeyMark;
import dev.muster.server.platform.Right;
import dev.muster.server.platform.Settings;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The keys of access tokens, shared by all nodes through the database, sealed with the master key.
///
/// A new key is stored [#LEAD] before it signs, and every node reads the keys anew each
/// [#BELIEVED]: so each node knows a key before it meets a token of it, without hearing a thing. An
/// old key verifies until the last token that it can have signed has expired, and is deleted after
/// that; nobody is logged out by a rotation.
@Singleton
public class SigningKeys {
  static final Duration LEAD = Duration.ofMinutes(2);
  static final Duration BELIEVED = Duration.ofSeconds(30);

  /// A node reads for a key that it does not know at most this often.
  static final Duration UNKNOWN_READ_EVERY = Duration.ofSeconds(1);

  static final String TOPIC = "session.signing-key";
  private static final String LOCK = "signing-key";
  private static final int AFTER_BOOTSTRAP = 60;

  /// What a rotation made, or found made: a key that does not sign yet is not followed by another.
  public record Rotated(String id, Instant createdAt, Instant signsFrom) {
    private static Rotated of(SigningKeyStore.Row key) {
      return new Rotated(key.id().toString(), key.createdAt(), key.signsFrom());
    }
  }

  /// The keys as read at one time, the one that signs last first; never empty.
  private record Ring(List<SigningKey> keys, Instant readAt) {
    Optional<SigningKey> find(String id) {
      return keys.stream().filter(key -> key.id().equals(id)).findFirst();
    }
  }

  private final Database database;
  private final InstantSource clock;
  private final MasterKey masterKey;
  private final KeySeal seal;
  private final Settings settings;
  private final Broadcast broadcast;
  private final Audit audit;
  private final ReentrantLock reading = new ReentrantLock();
  private volatile @Nullable Ring ring;
  private volatile boolean masterKeyIsRight;

  public SigningKeys(
      Database database,
      InstantSource clock,
      MasterKey masterKey,
      Settings settings,
      Broadcast broadcast,
      Audit audit) {
    this.database = database;
    this.clock = clock;
    this.masterKey = masterKey;
    this.seal = new KeySeal(masterKey);
    this.settings = settings;
    this.broadcast = broadcast;
    this.audit = audit;
    broadcast.listen(TOPIC, _ -> ring = null);
    broadcast.onReset(() -> ring = null);
  }

  /// Reads the keys at start, so that a server with another master key is not started at all.
  void start(@Observes @Priority(AFTER_BOOTSTRAP) StartupEvent event) {
    var _ = current();
  }

  /// The key that signs now.
  SigningKey current() {
    List<SigningKey> keys = ring().keys();
    Instant now = clock.instant();
    return keys.stream()
        .filter(key -> !key.signsFrom().isAfter(now))
        .findFirst()
        .orElseGet(keys::getLast);
  }

  /// The key of this `kid`, if there is one.
  Optional<SigningKey> find(String id) {
    Ring known = ring();
    return known
        .find(id)
        .or(() ->
            clock.instant().isBefore(known.readAt().plus(UNKNOWN_READ_EVERY))
                ? Optional.empty()
                : read(known).find(id));
  }

  private Ring ring() {
    Ring known = ring;
    return known != null && clock.instant().isBefore(known.readAt().plus(BELIEVED))
        ? known
        : read(known);
  }

  /// One thread reads; those that come meanwhile take what it has read.
  private Ring read(@Nullable Ring stale) {
    reading.lock();
    try {
      Ring other = ring;
      if (other != null && !other.equals(stale)) {
        return other;
      }
      Instant now = clock.instant();
      List<SigningKeyStore.Row> rows = database.acrossOrganizations(this::stored);
      Ring read = new Ring(rows.stream().map(row -> opened(row, stale)).toList(), now);
      ring = read;
      return read;
    } finally {
      reading.unlock();
    }
  }

  private SigningKey opened(SigningKeyStore.Row row, @Nullable Ring stale) {
    return Optional.ofNullable(stale)
        .flatMap(known -> known.find(row.id().toString()))
        .orElseGet(() -> seal.open(row));
  }

  /// All keys; the first one is made by the first node that looks.
  private List<SigningKeyStore.Row> stored(Handle handle) {
    List<SigningKeyStore.Row> keys = SigningKeyStore.all(handle);
    if (!keys.isEmpty() && masterKeyIsRight) {
      return keys;
    }
    AdvisoryLock.hold(handle, LOCK);
    MasterKeyMark.require(handle, masterKey, clock.instant());
    keys = new ArrayList<>(SigningKeyStore.all(handle));
    keys.forEach(seal::open); // a database that is older than the mark
    handle.afterCommit(() -> masterKeyIsRight = true);
    if (keys.isEmpty()) {
      SigningKeyStore.Row first = seal.generate(clock.instant(), clock.instant());
      SigningKeyStore.insert(handle, first);
      keys.add(first);
    }
    return keys;
  }

  /// Makes the next key, unless one is made already that does not sign yet.
  public Rotated rotate(Caller caller) {
    caller.require(Right.WRITE_ORGANIZATIONS);
    return database.acrossOrganizations(handle -> {
      AdvisoryLock.hold(handle, LOCK);
      return rotate(handle, caller);
    });
  }

  private Rotated rotate(Handle handle, Caller caller) {
    Instant now = clock.instant();
    Optional<SigningKeyStore.Row> waiting =
        SigningKeyStore.all(handle).stream()
            .filter(key -> key.signsFrom().isAfter(now))
            .findFirst();
    if (waiting.isPresent()) {
      return Rotated.of(waiting.get());
    }
    SigningKeyStore.Row next = seal.generate(now, now.plus(LEAD));
    SigningKeyStore.insert(handle, next);
    audit.record(
        handle,
        caller,
        Change.of("signing_key.rotated", "signing_key", next.id())
            .to(Json.obj(Map.of("signs_from", Json.of(next.signsFrom().toString())))));
    handle.afterCommit(() -> {
      ring = null;
      broadcast.send(TOPIC, next.id().toString());
    });
    return Rotated.of(next);
  }

  /// Makes the next key when the present one has signed long enough, and deletes those of which no
  /// token can be left.
  void keepUp(Caller server) {
    Instant now = clock.instant();
    Settings.Session lasts = settings.session();
    database.acrossOrganizations(handle -> {
      AdvisoryLock.hold(handle, LOCK);
      boolean due =
          SigningKeyStore.all(handle).stream()
              .noneMatch(key -> key.signsFrom().plus(lasts.signingKeyLasts()).isAfter(now));
      if (due) {
        rotate(handle, server);
      }
      // nodes' clocks and what they remember differ by less than the lead
      return SigningKeyStore.deleteFollowed(handle, now.minus(lasts.accessLasts()).minus(LEAD));
    });
  }
}
