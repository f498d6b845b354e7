package dev.muster.server.credential;

import dev.muster.protocol.Json;
import dev.muster.server.audit.Audit;
import dev.muster.server.audit.Change;
import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceChanges;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.Devices;
import dev.muster.server.device.EventKind;
import dev.muster.server.device.Lifecycle;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.CheckedSecrets;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Gathered;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.MachineSecret;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Outbox;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The tokens by which devices are known.
///
/// A device that enrolls again gets a new token, and its earlier ones stay good until the new one
/// is used for the first time: if the answer with the new token is lost, the device goes on with
/// the old one or enrolls once more, and nothing that nobody uses stays open.
///
/// A token that was checked is [remembered][CheckedSecrets]; it is dropped when it is revoked or
/// its device is deactivated or retired: at once on the node that does it, and on the others as
/// soon as the broadcast reaches them.
@Singleton
public class DeviceTokens implements DeviceChanges {
  static final String PREFIX = "md_";
  private static final int MOST_REMEMBERED = 500_000;
  private static final int MOST_AT_ONCE = 500;

  /// Twice in the time that a token is believed: spread over most of it, and a pause.
  private static final Duration SPREAD = CheckedSecrets.BELIEVED.dividedBy(3);

  private static final Duration PAUSE = Duration.ofSeconds(5);

  private final Database database;
  private final InstantSource clock;
  private final Outbox outbox;
  private final Devices devices;
  private final Audit audit;
  private final CheckedSecrets<DeviceTokenStore.Row> remembered;
  private final Gathered<UUID, DeviceTokenStore.Row> lookups;
  private final List<Consumer<UUID>> hearers = new CopyOnWriteArrayList<>();
  private @Nullable Thread renewals;

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
    this.lookups =
        new Gathered<>(
            MOST_AT_ONCE,
            ids -> database.acrossOrganizations(handle -> DeviceTokenStore.find(handle, ids)));
    broadcast.listen(RevocationRelay.TOPIC, id -> Ids.parse(id).ifPresent(this::drop));
    broadcast.onReset(remembered::dropAll);
  }

  void start(@Observes StartupEvent event) {
    renewals =
        Thread.ofVirtual()
            .name("device-tokens")
            .start(() -> {
              try {
                while (true) {
                  TimeUnit.SECONDS.sleep(PAUSE.toSeconds());
                  renewAll();
                }
              } catch (InterruptedException stopped) {
                Log.debug("Device tokens are renewed no more");
              }
            });
  }

  void stop(@Observes ShutdownEvent event) {
    if (renewals != null) {
      renewals.interrupt();
    }
  }

  private void renewAll() throws InterruptedException {
    try {
      renew(SPREAD);
    } catch (RuntimeException failure) {
      Log.debugf("Device tokens are looked at one by one: %s", failure.getMessage());
    }
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
          Device device = devices.holdChangeable(handle, organization, deviceIdOrHandle);
          List<UUID> revoked = revokeAll(handle, organization, device.id());
          if (!revoked.isEmpty()) {
            devices.note(handle, caller, device.id(), EventKind.TOKENS_REVOKED, Json.obj(Map.of()));
            audit.record(handle, caller, Change.of("device.locked_out", "device", device.handle()));
          }
          return null;
        });
  }

  private List<UUID> revokeAll(Handle handle, OrganizationId organization, DeviceId device) {
    DeviceTokenStore.lock(handle, device);
    List<UUID> revoked = DeviceTokenStore.revokeAll(handle, organization, device, clock.instant());
    announce(handle, organization, revoked);
    return revoked;
  }

  /// A deactivated device is refused with the tokens that it has, and keeps them; a retired one
  /// loses them.
  @Override
  public void lifecycleChanged(Handle handle, Device device) {
    switch (device.lifecycle()) {
      case ACTIVE -> {}
      case DEACTIVATED ->
          announce(
              handle,
              device.organization(),
              DeviceTokenStore.live(handle, device.organization(), device.id()));
      case RETIRED -> revokeAll(handle, device.organization(), device.id());
    }
  }

  /// Calls `heard` on this node with the id of each token that is refused from now on, at least
  /// once and after it is refused here. What happens elsewhere while this node hears nothing is not
  /// told; see [#revokedAmong].
  public void onRevoked(Consumer<UUID> heard) {
    hearers.add(heard);
  }

  /// Those of these tokens that are revoked or whose device may not call.
  public List<UUID> revokedAmong(Collection<UUID> credentials) {
    return database.acrossOrganizations(
        handle -> DeviceTokenStore.revokedAmong(handle, credentials));
  }

  /// Whether the device ever had a token, and so an agent.
  public boolean hasAny(Handle handle, OrganizationId organization, DeviceId device) {
    return DeviceTokenStore.hasAny(handle, organization, device);
  }

  /// Whether the credential claims to be a device token.
  public static boolean isOne(String credential) {
    return credential.startsWith(PREFIX);
  }

  /// The device that holds the token.
  ///
  /// @throws Refusal `unauthenticated`, which does not tell unknown from revoked; `device
  ///   deactivated` and `device retired` to who knows the secret
  public Caller.Device check(String credential) {
    MachineSecret secret =
        MachineSecret.parse(PREFIX, credential).orElseThrow(DeviceTokens::refused);
    return remembered
        .check(secret, () -> findLive(secret.id()), this::noteUse)
        .map(DeviceTokens::caller)
        .orElseThrow(DeviceTokens::refused);
  }

  /// The device that holds the token, when this node has checked it lately; null otherwise. Never
  /// blocks.
  public Caller.@Nullable Device known(String credential) {
    return MachineSecret.parse(PREFIX, credential)
        .map(remembered::known)
        .map(DeviceTokens::caller)
        .orElse(null);
  }

  private static Caller.Device caller(DeviceTokenStore.Row row) {
    return new Caller.Device(row.organization(), row.deviceId(), row.id());
  }

  /// Looks again at the tokens that devices use, many in one query: otherwise each heartbeat, which
  /// comes more seldom than a token is believed, would be a query of its own.
  void renew(Duration spread) throws InterruptedException {
    remembered.renew(this::revokedAmong, spread);
  }

  /// The tokens of a retired device are revoked, and their holder is told why.
  private Optional<CheckedSecrets.Stored<DeviceTokenStore.Row>> findLive(UUID id) {
    return lookups
        .find(id)
        .filter(found -> !found.revoked() || found.lifecycle() == Lifecycle.RETIRED)
        .map(row -> new CheckedSecrets.Stored<>(row.secretHash(), row));
  }

  private void noteUse(DeviceTokenStore.Row row) {
    row.lifecycle().requireActive();
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
          if (DeviceTokenStore.find(handle, row.id()).filter(found -> !found.revoked()).isEmpty()) {
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

  /// These tokens are refused once the transaction has committed.
  void announce(Handle handle, OrganizationId organization, List<UUID> refused) {
    if (!refused.isEmpty()) {
      outbox.append(handle, organization, new CredentialEvent.Revoked(refused));
      handle.afterCommit(() -> refused.forEach(this::drop));
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
