package dev.muster.server.credential;

import java.util.List;
import java.util.UUID;

/// What happens to the credentials of devices.
public sealed interface CredentialEvent {
  /// These device tokens are refused from now on: they are revoked, or their device is deactivated.
  record Revoked(List<UUID> credentials) implements CredentialEvent {
    public Revoked {
      credentials = List.copyOf(credentials);
    }
  }

  /// There is a new command secret for the device to come for.
  record SecretRotated(UUID device) implements CredentialEvent {}
}
