package dev.muster.server.credential;

import dev.muster.server.platform.Caller;
import dev.muster.server.web.CredentialCheck;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/// Lets requests in that carry a device token.
@Singleton
final class DeviceTokenCheck implements CredentialCheck {
  private final DeviceTokens tokens;

  DeviceTokenCheck(DeviceTokens tokens) {
    this.tokens = tokens;
  }

  @Override
  public boolean recognizes(String credential) {
    return DeviceTokens.isOne(credential);
  }

  @Override
  public Caller check(String credential) {
    return tokens.check(credential);
  }

  @Override
  public @Nullable Caller known(String credential) {
    return tokens.known(credential);
  }

  @Override
  public boolean isOfDevices() {
    return true;
  }
}
