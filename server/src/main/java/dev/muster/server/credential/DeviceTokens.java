package dev.muster.server.credential;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.Devices;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Outbox;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The tokens by which devices are known.
///
/// A device that enrolls again gets a new token, and its earlier ones stay good until the new one
/// is used for the first time: if the answer with the new token is lost, the device goes on with
/// the old one or enrolls once more, and nothing that nobody uses stays open.
///
/// A token is checked by bcrypt once a node, and then remembered as SHA-256. What is remembered is
/// believed for at most [#BELIEVED]; before that it is dropped when the token is revoked: at once
/// on the node that does it, and on the others as soon as the broadcast reaches them.
@Singleton
public class DeviceTokens {
  static final String PREFIX = "md_";
  static final Duration BELIEVED = Duration.ofSeconds(60);
  private static final int MOST_REMEMBERED = 500_000;

  /// A token that was checked on this node.
  private record Remembered(String digest, String hash, Caller.Device caller, Instant until) {}

  private final Database database;
  private final InstantSource clock;
  private final Outbox outbox;
  private final Devices devices;
  private final Cache<UUID, Remembered> remembered =
      Caffeine.newBuilder().maximumSize(MOST_REMEMBERED).build();
  private final AtomicLong drops = new AtomicLong();
  private final List<Consumer<UUID>> hearers = new CopyOnWriteArrayList<>();

  public DeviceTokens(
      Database database, InstantSource clock, Outbox outbox, Broadcast broadcast, Devices devices) {
    this.database = database;
    this.clock = clock;
    this.outbox = outbox;
    this.devices = devices;
    broadcast.listen(RevocationRelay.TOPIC, id -> Ids.parse(id).ifPresent(this::drop));
    broadcast.onReset(this::forgetAll);
  }

  /// Makes a token, in the transaction that enrolls the device.
  public Issued issue(Handle handle, OrganizationId organization, DeviceId device) {
    MachineSecret secret = MachineSecret.generate(Ids.next());
    DeviceTokenStore.lock(handle, device);
    DeviceTokenStore.insert(
        handle, organization, device, secret.id(), secret.hash(), clock.instant());
    return new Issued(secret.id(), secret.text(PREFIX));
  }

  /// Revokes every token of a device: it is locked out until it enrolls again.
  public void revokeAll(Caller caller, String deviceIdOrHandle) {
    caller.require(Right.WRITE_DEVICES);
    OrganizationId organization = caller.organization();
    database.in(
        organization,
        handle -> {
          DeviceId device = devices.require(handle, organization, deviceIdOrHandle).id();
          DeviceTokenStore.lock(handle, device);
          announce(
              handle,
              organization,
              DeviceTokenStore.revokeAll(handle, organization, device, clock.instant()));
          return null;
        });
  }

  /// Calls `heard` on this node with the id of each token that is revoked, at least once and after
  /// it is refused here. What is revoked elsewhere while this node hears nothing is not told; see
  /// [#revokedAmong].
  public void onRevoked(Consumer<UUID> heard) {
    hearers.add(heard);
  }

  /// Those of these tokens that are revoked.
  public List<UUID> revokedAmong(Collection<UUID> credentials) {
    return database.acrossOrganizations(
        handle -> DeviceTokenStore.revokedAmong(handle, credentials));
  }

  /// Whether the credential claims to be a device token.
  public static boolean isOne(String credential) {
    return credential.startsWith(PREFIX);
  }

  /// The device that holds the token.
  ///
  /// @throws Refusal `unauthenticated`, which does not tell unknown from revoked
  public Caller.Device check(String credential) {
    MachineSecret secret =
        MachineSecret.parse(PREFIX, credential).orElseThrow(DeviceTokens::refused);
    String digest = secret.digest();
    Remembered known = remembered.getIfPresent(secret.id());
    if (known != null && !sameText(known.digest(), digest)) {
      throw refused();
    }
    if (known != null && clock.instant().isBefore(known.until())) {
      return known.caller();
    }
    return checkStored(secret, digest, known);
  }

  private Caller.Device checkStored(
      MachineSecret secret, String digest, @Nullable Remembered known) {
    long dropsBefore = drops.get();
    DeviceTokenStore.Row row =
        database
            .acrossOrganizations(handle -> DeviceTokenStore.findLive(handle, secret.id()))
            .filter(found ->
                (known != null && known.hash().equals(found.secretHash()))
                    || secret.matches(found.secretHash()))
            .orElseThrow(DeviceTokens::refused);
    if (!row.used()) {
      useFirst(row);
    }
    Caller.Device caller = new Caller.Device(row.organization(), row.deviceId(), row.id());
    remembered.put(
        row.id(), new Remembered(digest, row.secretHash(), caller, clock.instant().plus(BELIEVED)));
    if (drops.get() != dropsBefore) {
      remembered.invalidate(row.id()); // it may have been revoked since it was read
    }
    return caller;
  }

  private void useFirst(DeviceTokenStore.Row row) {
    OrganizationId organization = row.organization();
    DeviceId device = new DeviceId(row.deviceId());
    database.in(
        organization,
        handle -> {
          DeviceTokenStore.lock(handle, device);
          if (DeviceTokenStore.findLive(handle, row.id()).isEmpty()) {
            throw refused();
          }
          DeviceTokenStore.markUsed(handle, organization, row.id(), clock.instant());
          announce(
              handle,
              organization,
              DeviceTokenStore.revokeBefore(
                  handle, organization, device, row.id(), clock.instant()));
          return null;
        });
  }

  private void announce(Handle handle, OrganizationId organization, List<UUID> revoked) {
    if (!revoked.isEmpty()) {
      outbox.append(handle, organization, new CredentialEvent.Revoked(revoked));
      handle.afterCommit(() -> revoked.forEach(this::drop));
    }
  }

  private void drop(UUID credential) {
    drops.incrementAndGet();
    remembered.invalidate(credential);
    hearers.forEach(heard -> heard.accept(credential));
  }

  private void forgetAll() {
    drops.incrementAndGet();
    remembered.invalidateAll();
  }

  /// In a time that does not tell where they differ.
  private static boolean sameText(String one, String other) {
    return MessageDigest.isEqual(
        one.getBytes(StandardCharsets.US_ASCII), other.getBytes(StandardCharsets.US_ASCII));
  }

  private static Refusal refused() {
    return Refusal.unauthenticated(
        "The device token is not accepted: it is unknown or revoked. Enroll the device again.");
  }
}
