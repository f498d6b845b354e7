package dev.muster.server.credential;

import dev.muster.protocol.Json;
import dev.muster.server.audit.Audit;
import dev.muster.server.audit.Change;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.MachineSecret;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Tokens that admit devices: some number of times, until they expire or are revoked.
///
/// Whether a token is used up is decided when it is used, and not when it is checked: hardware that
/// it has admitted may come in again while the token lives, because the answer may have been lost.
/// What a token gives to the devices that it admits, the enrollment room knows.
@Singleton
public class EnrollmentTokens {
  static final String PREFIX = "me_";

  /// What using a token came to.
  public enum Use {
    /// Counted as one use.
    FIRST,
    /// This token has admitted this hardware before; nothing is counted.
    AGAIN
  }

  /// Tokens, newest first, and how many there are in all.
  public record Listed(long count, List<EnrollmentToken> tokens) {}

  private final Database database;
  private final InstantSource clock;
  private final Audit audit;

  public EnrollmentTokens(Database database, InstantSource clock, Audit audit) {
    this.database = database;
    this.clock = clock;
    this.audit = audit;
  }

  /// Makes a token, in the transaction that writes what it gives.
  public Issued issue(Handle handle, Caller caller, String name, int maxUses, Duration lifetime) {
    caller.require(Right.WRITE_ENROLLMENT);
    MachineSecret secret = MachineSecret.generate(Ids.next());
    Instant now = clock.instant();
    EnrollmentToken token =
        new EnrollmentToken(secret.id(), name, maxUses, 0, now, now.plus(lifetime), null);
    EnrollmentTokenStore.insert(handle, caller.organization(), token, secret.hash());
    return new Issued(token.id(), secret.text(PREFIX));
  }

  /// In the transaction that reads what the tokens give.
  public Listed list(Handle handle, Caller caller, int offset, int limit) {
    caller.require(Right.WRITE_ENROLLMENT);
    return new Listed(
        EnrollmentTokenStore.count(handle, caller.organization()),
        EnrollmentTokenStore.list(handle, caller.organization(), offset, limit));
  }

  /// @throws Refusal `not found`
  public EnrollmentToken require(Handle handle, Caller caller, UUID id) {
    caller.require(Right.WRITE_ENROLLMENT);
    return EnrollmentTokenStore.find(handle, id)
        .filter(row -> row.organization().equals(caller.organization()))
        .orElseThrow(() -> Refusal.notFound("enrollment token"))
        .token();
  }

  /// From now on the token admits nobody, not even again. Revoking it twice changes nothing.
  public void revoke(Caller caller, String id) {
    caller.require(Right.WRITE_ENROLLMENT);
    OrganizationId organization = caller.organization();
    database.in(
        organization,
        handle -> {
          UUID token = Ids.parse(id).orElseThrow(() -> Refusal.notFound("enrollment token"));
          EnrollmentToken found =
              EnrollmentTokenStore.lock(handle, organization, token)
                  .orElseThrow(() -> Refusal.notFound("enrollment token"))
                  .token();
          if (found.revokedAt() == null) {
            EnrollmentTokenStore.revoke(handle, organization, token, clock.instant());
            audit.record(
                handle,
                caller,
                Change.of("enrollment_token.revoked", "enrollment_token", token)
                    .from(Json.obj(Map.of("name", Json.of(found.name())))));
          }
          return null;
        });
  }

  /// Spends a use of the caller's token, or none when it has admitted this hardware before. The
  /// token is locked until the end of the transaction, so call it before any other lock is taken.
  ///
  /// @throws Refusal `enrollment token refused` when it is used up, or has ended since the check
  public Use use(Handle handle, Caller.Enroller caller, @Nullable String hardwareId) {
    OrganizationId organization = caller.organization();
    EnrollmentToken token =
        EnrollmentTokenStore.lock(handle, organization, caller.tokenId())
            .map(EnrollmentTokenStore.Row::token)
            .filter(this::lives)
            .orElseThrow(EnrollmentTokens::refused);
    if (hardwareId != null
        && EnrollmentTokenStore.hasAdmitted(handle, organization, token.id(), hardwareId)) {
      return Use.AGAIN;
    }
    if (token.uses() >= token.maxUses()) {
      throw refused();
    }
    EnrollmentTokenStore.countUse(handle, organization, token.id());
    if (hardwareId != null) {
      EnrollmentTokenStore.admit(handle, organization, token.id(), hardwareId, clock.instant());
    }
    return Use.FIRST;
  }

  /// @throws Refusal `enrollment token refused`, which does not tell unknown from ended
  Caller.Enroller check(String credential) {
    MachineSecret secret =
        MachineSecret.parse(PREFIX, credential).orElseThrow(EnrollmentTokens::refused);
    EnrollmentTokenStore.Row row =
        database
            .acrossOrganizations(handle -> EnrollmentTokenStore.find(handle, secret.id()))
            .filter(found -> lives(found.token()))
            .filter(found -> secret.matches(found.hash()))
            .orElseThrow(EnrollmentTokens::refused);
    return new Caller.Enroller(row.organization(), row.token().id());
  }

  private boolean lives(EnrollmentToken token) {
    return token.revokedAt() == null && clock.instant().isBefore(token.expiresAt());
  }

  private static Refusal refused() {
    return Refusal.of(
        ErrorCode.ENROLLMENT_TOKEN_REFUSED,
        "The enrollment token is not accepted: it is unknown, expired, used up or revoked. Ask for"
            + " another one.");
  }
}
