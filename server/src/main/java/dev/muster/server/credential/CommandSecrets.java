package dev.muster.server.credential;

import dev.muster.server.audit.Audit;
import dev.muster.server.audit.Change;
import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceChanges;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.Devices;
import dev.muster.server.device.Lifecycle;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.MasterKey;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Outbox;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import io.quarkus.logging.Log;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The secrets under which commands to devices are signed, one a device, sealed where they are
/// stored. They leave the server in answers to the device itself only: when it enrolls, and when it
/// asks for its policy or its commands and has not got the newest. [CommandKeys] has the rules.
///
/// A device says which one it has by a fingerprint in the header [#HEADER].
@Singleton
public class CommandSecrets implements DeviceChanges {
  /// The header in which a device names its secret: the first 16 hex digits of SHA-256 of it, or
  /// anything else, such as `none`, when it has none.
  public static final String HEADER = "X-Command-Key";

  private final Database database;
  private final InstantSource clock;
  private final MasterKey masterKey;
  private final Devices devices;
  private final Outbox outbox;
  private final Audit audit;

  public CommandSecrets(
      Database database,
      InstantSource clock,
      MasterKey masterKey,
      Devices devices,
      Outbox outbox,
      Audit audit) {
    this.database = database;
    this.clock = clock;
    this.masterKey = masterKey;
    this.devices = devices;
    this.outbox = outbox;
    this.audit = audit;
  }

  /// The secret for the answer to a device that enrolls, in the transaction that lets it in and
  /// holds its row. What is signed from now on is signed under this one.
  public String issue(Handle handle, OrganizationId organization, DeviceId device) {
    return change(handle, organization, device, keys -> keys.enrolled(clock.instant())).present();
  }

  /// The secret for the answer to a device that asks for its policy, or for its commands and says
  /// which secret it has: present when it should take one, which then counts as handed out. To be
  /// asked for before anything else in the transaction is locked.
  ///
  /// @param fingerprint what the device sent in [#HEADER]; null when it sent none
  public Optional<String> offer(Handle handle, Caller.Device caller, @Nullable String fingerprint) {
    OrganizationId organization = caller.organization();
    DeviceId device = new DeviceId(caller.deviceId());
    Optional<CommandKeys> found = find(handle, organization, device);
    if (found.isPresent()) {
      CommandKeys.Seen seen = found.get().pulled(fingerprint, clock.instant());
      if (seen.after().equals(found.get())) {
        return seen.offered();
      }
    }
    hold(handle, organization, device);
    CommandKeys keys =
        find(handle, organization, device).orElseGet(() -> CommandKeys.first(CommandKeys.random()));
    CommandKeys.Seen seen = keys.pulled(fingerprint, clock.instant());
    put(handle, organization, device, seen.after());
    return seen.offered();
  }

  /// What to sign with at present. A device that was never given a secret is missing, and so is one
  /// whose secret does not open: it must not keep the others from their commands.
  public Map<DeviceId, String> signing(
      Handle handle, OrganizationId organization, Collection<DeviceId> of) {
    Map<DeviceId, String> secrets = new HashMap<>();
    CommandSecretStore.known(handle, organization, of)
        .forEach((device, sealed) -> {
          try {
            secrets.put(device, open(sealed, device));
          } catch (IllegalStateException failure) { // says of whom, and nothing of what
            Log.errorf("Device %s is sent no command: %s", device, failure.getMessage());
          }
        });
    return secrets;
  }

  /// Makes a new secret for the device, which is told to come for it. The present one goes on
  /// signing until the device has shown the new one.
  ///
  /// @return the device's handle
  /// @throws Refusal `device state` when the device is retired
  public String rotate(Caller caller, String deviceIdOrHandle) {
    caller.require(Right.WRITE_DEVICES);
    OrganizationId organization = caller.organization();
    return database.in(
        organization,
        handle -> {
          Device device = devices.holdChangeable(handle, organization, deviceIdOrHandle);
          var _ =
              change(handle, organization, device.id(), keys -> keys.rotated(CommandKeys.random()));
          audit.record(
              handle, caller, Change.of("command_secret.rotated", "device", device.handle()));
          outbox.append(
              handle, organization, new CredentialEvent.SecretRotated(device.id().value()));
          return device.handle();
        });
  }

  /// A retired device is sent no command any more.
  @Override
  public void lifecycleChanged(Handle handle, Device device) {
    if (device.lifecycle() == Lifecycle.RETIRED) {
      CommandSecretStore.lock(handle, device.id());
      CommandSecretStore.remove(handle, device.organization(), device.id());
    }
  }

  /// The device's row comes before the lock of its credentials, as everywhere.
  private void hold(Handle handle, OrganizationId organization, DeviceId device) {
    var _ = devices.holdChangeable(handle, organization, device.toString());
    CommandSecretStore.lock(handle, device);
  }

  /// While the device's row is held. Where there is no secret, a fresh one is changed.
  private CommandKeys change(
      Handle handle,
      OrganizationId organization,
      DeviceId device,
      UnaryOperator<CommandKeys> change) {
    CommandSecretStore.lock(handle, device);
    CommandKeys changed =
        change.apply(
            find(handle, organization, device)
                .orElseGet(() -> CommandKeys.first(CommandKeys.random())));
    put(handle, organization, device, changed);
    return changed;
  }

  private Optional<CommandKeys> find(Handle handle, OrganizationId organization, DeviceId device) {
    return CommandSecretStore.find(handle, organization, device)
        .map(row ->
            new CommandKeys(
                open(row.sealed, device),
                row.handedOutAt,
                row.next == null ? null : open(row.next, device),
                row.nextHandedOutAt));
  }

  private void put(Handle handle, OrganizationId organization, DeviceId device, CommandKeys keys) {
    String next = keys.next();
    CommandSecretStore.put(
        handle,
        organization,
        device,
        new CommandSecretStore.Row(
            seal(keys.present(), device),
            keys.handedOutAt(),
            next == null ? null : seal(next, device),
            keys.nextHandedOutAt()),
        clock.instant());
  }

  private byte[] seal(String secret, DeviceId device) {
    return masterKey.seal(secret.getBytes(StandardCharsets.US_ASCII), context(device.value()));
  }

  private String open(byte[] sealed, DeviceId device) {
    return new String(masterKey.open(sealed, context(device.value())), StandardCharsets.US_ASCII);
  }

  private static String context(UUID device) {
    return "credential.command_secret " + device;
  }
}
