package dev.muster.server.platform;

import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// Lets a caller send a request again that it has had no answer to, without anything being done
/// twice: the same key of the same caller is the same request.
///
/// The key is taken in the first transaction of the request that writes anything, and commits with
/// it. Rejected: to take it in a transaction of its own before the work, which after a crash
/// between the two would say that something was done when nothing was. A request that is refused
/// before it has written takes no key, so that it may be mended and sent again.
///
/// What has no answer after [#RUNS_AT_MOST] was cut off between the work and the answer. It is
/// never done again: the caller is told to look.
@Singleton
public final class Idempotency {
  static final Duration RUNS_AT_MOST = Duration.ofMinutes(1);
  private static final Duration COME_AGAIN = Duration.ofSeconds(1);

  /// A key with whose it is: keys of different callers are different keys.
  public record Key(OrganizationId organization, String callerKind, UUID callerId, String text) {
    public static Key of(Caller caller, String text) {
      return switch (caller) {
        case Caller.Person person ->
            new Key(person.organization(), "person", person.userId(), text);
        case Caller.Key key -> new Key(key.organization(), "key", key.keyId(), text);
        case Caller.Device device ->
            new Key(device.organization(), "device", device.deviceId(), text);
        case Caller.Enroller enroller ->
            new Key(enroller.organization(), "enrollment_token", enroller.tokenId(), text);
        case Caller.Server _ -> throw new IllegalArgumentException("the server sends no requests");
      };
    }
  }

  /// Whether a request is the first with its key.
  public sealed interface Start {
    /// It is; the claim is to be [ended][#answered] with the request.
    record First(Claim claim) implements Start {}

    /// It is not, and this is what the first was answered, as [#answered] was given it.
    record Again(String answer) implements Start {}
  }

  private final Database database;
  private final InstantSource clock;
  private final MasterKey masterKey;
  private final Duration keep;

  public Idempotency(
      Database database, InstantSource clock, MasterKey masterKey, Settings settings) {
    this.database = database;
    this.clock = clock;
    this.masterKey = masterKey;
    this.keep = settings.idempotency().keep();
  }

  /// @param fingerprint of the whole request
  /// @throws Refusal `idempotency_key_reused` when the key belongs to another request,
  ///   `idempotency_key_in_use` while the first one runs, `idempotency_outcome_unknown` when its
  ///   answer is lost
  public Start begin(Key key, String fingerprint) {
    Claim claim = new Claim(this, key, fingerprint, Ids.next());
    return database.in(
        key.organization(),
        handle ->
            IdempotencyStore.find(handle, key, oldest())
                .map(row -> repeat(handle, claim, row))
                .orElseGet(() -> new Start.First(claim)));
  }

  private Start repeat(Handle handle, Claim claim, IdempotencyStore.Row row) {
    refuseOther(claim, row);
    if (!row.answered()) {
      throw unanswered(row);
    }
    byte[] sealed = IdempotencyStore.sealedAnswer(handle, claim.key(), row.claimId());
    byte[] answer = masterKey.open(sealed, context(row.claimId()));
    return new Start.Again(new String(answer, StandardCharsets.UTF_8));
  }

  /// Keeps the answer for those who ask again. A request that has written nothing takes its key
  /// here, so that it too has one answer.
  public void answered(Claim claim, String answer) {
    byte[] sealed = masterKey.seal(answer.getBytes(StandardCharsets.UTF_8), context(claim.id()));
    Key key = claim.key();
    claim.close();
    database.in(
        key.organization(),
        handle -> {
          Instant now = clock.instant();
          if (!claim.taken()) {
            IdempotencyStore.insert(handle, key, claim.id(), claim.fingerprint(), now, oldest());
          }
          IdempotencyStore.end(handle, key, claim.id(), sealed, now);
          return null;
        });
  }

  /// Notes that there will be no answer. Of a request that has written nothing nothing stays.
  public void unanswered(Claim claim) {
    claim.close();
    database.in(
        claim.key().organization(),
        handle -> {
          IdempotencyStore.end(handle, claim.key(), claim.id(), null, clock.instant());
          return null;
        });
  }

  /// Forgets what a caller was answered, for whoever erases that caller.
  public static void forget(Handle handle, OrganizationId organization, UUID callerId) {
    IdempotencyStore.forget(handle, organization, callerId);
  }

  /// Deletes some of the answers that are kept no longer. Returns how many.
  int deleteExpired(int limit) {
    return database.acrossOrganizations(
        handle -> IdempotencyStore.deleteExpired(handle, oldest(), limit));
  }

  /// Holds the key until the end of the transaction, which must be one that sees the caller's row.
  void hold(Handle handle, Claim claim) {
    if (!IdempotencyStore.tryLock(handle, claim.key())) {
      throw inUse();
    }
    Optional<IdempotencyStore.Row> row = IdempotencyStore.find(handle, claim.key(), oldest());
    if (row.isPresent()) {
      refuseOther(claim, row.get());
      throw row.get().answered() ? inUse() : unanswered(row.get());
    }
  }

  /// Takes a key that is held.
  void take(Handle handle, Claim claim) {
    if (!IdempotencyStore.insert(
        handle, claim.key(), claim.id(), claim.fingerprint(), clock.instant(), oldest())) {
      throw inUse();
    }
  }

  private Instant oldest() {
    return clock.instant().minus(keep);
  }

  private static void refuseOther(Claim claim, IdempotencyStore.Row row) {
    if (!claim.fingerprint().equals(row.fingerprint())) {
      throw Refusal.of(
          ErrorCode.IDEMPOTENCY_KEY_REUSED,
          "This Idempotency-Key was sent with another request (method, path, query or body). Use a"
              + " new key for each new request.");
    }
  }

  private Refusal unanswered(IdempotencyStore.Row row) {
    boolean runs = !row.over() && clock.instant().isBefore(row.claimedAt().plus(RUNS_AT_MOST));
    return runs
        ? inUse()
        : Refusal.of(
            ErrorCode.IDEMPOTENCY_OUTCOME_UNKNOWN,
            "The first request with this Idempotency-Key was carried out, at least in part, and its"
                + " answer was lost. It is not done again. Look at the list of what it was to make"
                + " or change (GET), and send what is missing with a new key.");
  }

  /// The answer is there a moment later.
  private static Refusal inUse() {
    return Refusal.passing(
        ErrorCode.IDEMPOTENCY_KEY_IN_USE,
        "The first request with this Idempotency-Key still runs. Send it again in a moment for its"
            + " answer.",
        COME_AGAIN);
  }

  private static String context(UUID claim) {
    return "platform.idempotency/" + claim;
  }
}
