package dev.muster.server.identity;

import dev.muster.protocol.Json;
import dev.muster.server.audit.Audit;
import dev.muster.server.audit.Change;
import dev.muster.server.organization.Quota;
import dev.muster.server.organization.Quotas;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.CheckedSecrets;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.MachineSecret;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import dev.muster.server.platform.Slice;
import io.quarkus.logging.Log;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The door to the credentials of programs.
///
/// A key holds the rights of its scopes, as far as its maker holds them at the moment of each
/// request: who is demoted takes the rights from their keys, and the keys of who is deactivated are
/// refused until they are active again. Only a person makes keys: a key that could make another
/// would outlive its own revocation.
///
/// A revoked key is refused at once on the node that revokes it, on the others as soon as they hear
/// of it, and everywhere after [CheckedSecrets#BELIEVED].
@Singleton
public class ApiKeys {
  static final String PREFIX = "mk_";
  static final Duration USE_NOTED_EVERY = Duration.ofMinutes(1);
  private static final String TOPIC = "identity.api-key";
  private static final int MOST_REMEMBERED = 100_000;

  /// A key to be made; without a lifetime it lives until it is revoked.
  public record NewKey(String name, Set<Scope> scopes, @Nullable Duration lifetime) {
    public NewKey {
      scopes = Set.copyOf(scopes);
    }
  }

  /// A key that was just made, with its text, which is known this once.
  public record Made(ApiKey key, String text) {
    @Override
    public String toString() {
      return "Made[" + key.id() + "]";
    }
  }

  private final Database database;
  private final InstantSource clock;
  private final ActiveUsers activeUsers;
  private final Broadcast broadcast;
  private final Audit audit;
  private final Quotas quotas;
  private final CheckedSecrets<ApiKeyStore.Row> checked;

  public ApiKeys(
      Database database,
      InstantSource clock,
      ActiveUsers activeUsers,
      Broadcast broadcast,
      Audit audit,
      Quotas quotas) {
    this.database = database;
    this.clock = clock;
    this.activeUsers = activeUsers;
    this.broadcast = broadcast;
    this.audit = audit;
    this.quotas = quotas;
    this.checked = new CheckedSecrets<>(clock, MOST_REMEMBERED);
    broadcast.listen(TOPIC, id -> Ids.parse(id).ifPresent(checked::drop));
    broadcast.onReset(checked::dropAll);
  }

  /// @throws Refusal `forbidden` for whoever is no person, and for a scope of which the caller does
  ///   not hold every right
  public Made create(Caller caller, NewKey wanted) {
    caller.require(Right.WRITE_KEYS);
    if (!(caller instanceof Caller.Person person)) {
      throw Refusal.forbidden("Only a person makes API keys; log in and make it as yourself.");
    }
    rights(wanted.scopes()).forEach(caller::require);
    MachineSecret secret = MachineSecret.generate(Ids.next());
    String hash = secret.hash();
    Instant now = clock.instant();
    Duration lifetime = wanted.lifetime();
    ApiKey key =
        new ApiKey(
            secret.id(),
            wanted.name(),
            wanted.scopes(),
            new UserId(person.userId()),
            now,
            lifetime == null ? null : now.plus(lifetime),
            null,
            null);
    return database.in(
        caller.organization(),
        handle -> {
          ApiKeyStore.insert(handle, caller.organization(), key, hash);
          quotas.require(handle, caller.organization(), Quota.TOKENS);
          audit.record(
              handle, caller, Change.of("api_key.created", "api_key", key.id()).to(told(key)));
          return new Made(key, secret.text(PREFIX));
        });
  }

  /// The keys of the organization, newest first, those that have ended too.
  public Slice<ApiKey> list(Caller caller, int limit, int offset) {
    caller.require(Right.WRITE_KEYS);
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle ->
            new Slice<>(
                ApiKeyStore.count(handle, organization),
                ApiKeyStore.page(handle, organization, limit, offset)));
  }

  public ApiKey require(Caller caller, String id) {
    caller.require(Right.WRITE_KEYS);
    return database.in(
        caller.organization(),
        handle ->
            Ids.parse(id)
                .flatMap(key -> ApiKeyStore.find(handle, key))
                .map(ApiKeyStore.Row::key)
                .orElseThrow(() -> Refusal.notFound("API key")));
  }

  /// From now on the key is refused. Revoking it twice changes nothing.
  public void revoke(Caller caller, String id) {
    caller.require(Right.WRITE_KEYS);
    OrganizationId organization = caller.organization();
    database.in(
        organization,
        handle -> {
          UUID key =
              Ids.parse(id)
                  .filter(known -> ApiKeyStore.find(handle, known).isPresent())
                  .orElseThrow(() -> Refusal.notFound("API key"));
          Instant now = clock.instant();
          if (ApiKeyStore.revoke(handle, organization, key, now)) {
            audit.record(
                handle,
                caller,
                Change.of("api_key.revoked", "api_key", key)
                    .from(Json.obj(Map.of("revoked_at", Json.NULL)))
                    .to(Json.obj(Map.of("revoked_at", Json.of(now.toString())))));
          }
          handle.afterCommit(() -> {
            checked.drop(key);
            broadcast.send(TOPIC, key.toString());
          });
          return null;
        });
  }

  /// Whether the credential claims to be an API key.
  static boolean isOne(String credential) {
    return credential.startsWith(PREFIX);
  }

  /// Who calls with the key.
  ///
  /// @throws Refusal `unauthenticated`, which does not tell unknown from ended
  Caller.Key check(String credential) {
    MachineSecret secret = MachineSecret.parse(PREFIX, credential).orElseThrow(ApiKeys::refused);
    ApiKeyStore.Row row =
        checked
            .check(secret, () -> findLive(secret.id()), this::noteUse)
            .filter(found -> found.key().livesAt(clock.instant()))
            .orElseThrow(ApiKeys::refused);
    Caller.Person maker =
        activeUsers.caller(row.organization(), row.key().createdBy()).orElseThrow(ApiKeys::refused);
    Set<Right> rights = rights(row.key().scopes());
    rights.removeIf(right -> !maker.role().has(right) || (right.ofHomeOnly() && !maker.home()));
    return new Caller.Key(row.organization(), row.key().id(), rights, maker.home());
  }

  private Optional<CheckedSecrets.Stored<ApiKeyStore.Row>> findLive(UUID id) {
    return database
        .acrossOrganizations(handle -> ApiKeyStore.find(handle, id))
        .filter(found -> found.key().livesAt(clock.instant()))
        .map(found -> new CheckedSecrets.Stored<>(found.secretHash(), found));
  }

  /// Comes whenever a node reads the key anew, so at most once a minute and node; a server that
  /// cannot write still lets the key in.
  private void noteUse(ApiKeyStore.Row row) {
    Instant now = clock.instant();
    try {
      database.in(
          row.organization(),
          handle -> {
            ApiKeyStore.used(
                handle, row.organization(), row.key().id(), now, now.minus(USE_NOTED_EVERY));
            return null;
          });
    } catch (Refusal notNow) {
      Log.debugf("The use of an API key was not noted: %s", notNow.detail());
    }
  }

  private static Set<Right> rights(Set<Scope> scopes) {
    return scopes.stream()
        .flatMap(scope -> scope.rights().stream())
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Right.class)));
  }

  private static Json.Obj told(ApiKey key) {
    List<String> scopes = key.scopes().stream().map(Scope::wireName).sorted().toList();
    Instant expiresAt = key.expiresAt();
    return Json.obj(
        Map.of(
            "name",
            Json.of(key.name()),
            "scopes",
            Json.texts(scopes),
            "expires_at",
            expiresAt == null ? Json.NULL : Json.of(expiresAt.toString())));
  }

  private static Refusal refused() {
    return Refusal.unauthenticated(
        "The API key is not accepted: it is unknown, expired or revoked, or the user who made it is"
            + " not active.");
  }
}
