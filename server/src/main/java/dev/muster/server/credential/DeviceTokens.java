package dev.muster.server.credential;

import dev.muster.server.audit.Audit;
import dev.muster.server.audit.Change;
import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.Devices;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.CheckedSecrets;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.MachineSecret;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Outbox;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/// The tokens by which devices are known.
///
/// A device that enrolls again gets a new token, and its earlier ones stay good until the new one
/// is used for the first time: if the answer with the new token is lost, the device goes on with
/// the old one or enrolls once more, and nothing that nobody uses stays open.
///
/// A token that was checked is [remembered][CheckedSecrets]; it is dropped when it is revoked: at
/// once on the node that does it, and on the others as soon as the broadcast reaches them.
@Singleton
public class DeviceTokens {
  static final String PREFIX = "md_";
  private static final int MOST_REMEMBERED = 500_000;

  private final Database database;
  private final InstantSource clock;
  private final Outbox outbox;
  private final Devices devices;
  private final Audit audit;
  private final CheckedSecrets<DeviceTokenStore.Row> remembered;
  private final List<Consumer<UUID>> hearers = new CopyOnWriteArrayList<>();

  public DeviceTokens(
      Database database,
      InstantSource clock,
      Outbox outbox,
      Broadcast broadcast,
      Devices devices,
      Audit audit) {
    this.database = database;
    this.clock = clock;
    this.outbox = outbox;
    this.devices = devices;
    this.audit = audit;
    this.remembered = new CheckedSecrets<>(clock, MOST_REMEMBERED);
    broadcast.listen(RevocationRelay.TOPIC, id -> Ids.parse(id).ifPresent(this::drop));
    broadcast.onReset(remembered::dropAll);
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
          Device device = devices.require(handle, organization, deviceIdOrHandle);
          DeviceTokenStore.lock(handle, device.id());
          List<UUID> revoked =
              DeviceTokenStore.revokeAll(handle, organization, device.id(), clock.instant());
          if (!revoked.isEmpty()) {
            announce(handle, organization, revoked);
            audit.record(handle, caller, Change.of("device.locked_out", "device", device.handle()));
          }
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
    return remembered
        .check(secret, () -> findLive(secret.id()), this::noteUse)
        .map(row -> new Caller.Device(row.organization(), row.deviceId(), row.id()))
        .orElseThrow(DeviceTokens::refused);
  }

  private Optional<CheckedSecrets.Stored<DeviceTokenStore.Row>> findLive(UUID id) {
    return database
        .acrossOrganizations(handle -> DeviceTokenStore.findLive(handle, id))
        .map(row -> new CheckedSecrets.Stored<>(row.secretHash(), row));
  }

  private void noteUse(DeviceTokenStore.Row row) {
    if (!row.used()) {
      useFirst(row);
    }
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
    remembered.drop(credential);
    hearers.forEach(heard -> heard.accept(credential));
  }

  private static Refusal refused() {
    return Refusal.unauthenticated(
        "The device token is not accepted: it is unknown or revoked. Enroll the device again.");
  }
}
