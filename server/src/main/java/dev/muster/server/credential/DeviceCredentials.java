package dev.muster.server.credential;

import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import org.jdbi.v3.core.Handle;

/// What a device is given when it is let in.
@Singleton
public class DeviceCredentials {
  /// The texts of a new device token and of the command secret.
  public record Given(String deviceToken, String commandSecret) {
    /// Without them.
    @Override
    public String toString() {
      return "Given[]";
    }
  }

  private final DeviceTokens tokens;
  private final CommandSecrets secrets;

  public DeviceCredentials(DeviceTokens tokens, CommandSecrets secrets) {
    this.tokens = tokens;
    this.secrets = secrets;
  }

  /// In the transaction that lets the device in and holds its row.
  public Given issue(Handle handle, OrganizationId organization, DeviceId device) {
    return new Given(
        tokens.issue(handle, organization, device).text(),
        secrets.issue(handle, organization, device));
  }
}
