package dev.muster.server.policy;

import dev.muster.server.credential.CommandSecrets;
import dev.muster.server.device.Device;
import dev.muster.server.device.Devices;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import jakarta.inject.Singleton;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// What a device pulls.
@Singleton
public class Pulls {
  /// The answer to a pull.
  ///
  /// @param commandSecret for the device itself, when it should take one
  public record Pulled(DesiredPolicy policy, @Nullable String commandSecret) {
    /// Without the secret.
    @Override
    public String toString() {
      return "Pulled[" + policy + "]";
    }
  }

  private final Database database;
  private final Devices devices;
  private final DesiredVersions versions;
  private final Wakes wakes;
  private final CommandSecrets secrets;

  Pulls(
      Database database,
      Devices devices,
      DesiredVersions versions,
      Wakes wakes,
      CommandSecrets secrets) {
    this.database = database;
    this.devices = devices;
    this.versions = versions;
    this.wakes = wakes;
    this.secrets = secrets;
  }

  /// What is desired of the device: for itself, by its own token, with secrets in clear; for who
  /// else may see it with secrets masked. A device that has been woken has hereby heard.
  ///
  /// @param commandKey what the caller sent in [CommandSecrets#HEADER]; null when it sent none
  public Pulled pull(Caller caller, String device, @Nullable String commandKey) {
    return database.in(
        caller.organization(),
        handle -> {
          Device found = devices.requireSeen(handle, caller, device);
          return switch (caller) {
            case Caller.Device self -> own(handle, self, found, commandKey);
            case Caller.Person person when person.open() -> {
              wakes.pulled(handle, found.organization(), found.id());
              yield seen(handle, found);
            }
            case Caller.Person _, Caller.Key _, Caller.Enroller _, Caller.Server _ ->
                seen(handle, found);
          };
        });
  }

  private Pulled own(
      Handle handle, Caller.Device self, Device device, @Nullable String commandKey) {
    String secret = secrets.offer(handle, self, commandKey).orElse(null);
    wakes.pulled(handle, device.organization(), device.id());
    return new Pulled(versions.opened(handle, device.organization(), device.id()), secret);
  }

  private Pulled seen(Handle handle, Device device) {
    return new Pulled(versions.desired(handle, device.organization(), device.id()), null);
  }
}
