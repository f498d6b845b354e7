package dev.muster.server.identity;

import dev.muster.server.platform.Caller;
import dev.muster.server.web.CredentialCheck;
import jakarta.inject.Singleton;

/// Lets requests in that carry an API key.
@Singleton
final class ApiKeyCheck implements CredentialCheck {
  private final ApiKeys keys;

  ApiKeyCheck(ApiKeys keys) {
    this.keys = keys;
  }

  @Override
  public boolean recognizes(String credential) {
    return ApiKeys.isOne(credential);
  }

  @Override
  public Caller check(String credential) {
    return keys.check(credential);
  }
}
