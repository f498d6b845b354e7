package dev.muster.server.credential;

import dev.muster.server.platform.Caller;
import dev.muster.server.web.CredentialCheck;
import jakarta.inject.Singleton;

/// Lets requests in that carry an enrollment token.
@Singleton
final class EnrollmentTokenCheck implements CredentialCheck {
  private final EnrollmentTokens tokens;

  EnrollmentTokenCheck(EnrollmentTokens tokens) {
    this.tokens = tokens;
  }

  @Override
  public boolean recognizes(String credential) {
    return credential.startsWith(EnrollmentTokens.PREFIX);
  }

  @Override
  public Caller check(String credential) {
    return tokens.check(credential);
  }
}
