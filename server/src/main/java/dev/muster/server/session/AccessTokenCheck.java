package dev.muster.server.session;

import dev.muster.server.identity.ActiveUsers;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Refusal;
import dev.muster.server.web.CredentialCheck;
import jakarta.inject.Singleton;

/// Knows access tokens: they are all that has three parts divided by dots.
@Singleton
public final class AccessTokenCheck implements CredentialCheck {
  private final AccessTokens tokens;
  private final LiveSessions sessions;
  private final ActiveUsers users;

  public AccessTokenCheck(AccessTokens tokens, LiveSessions sessions, ActiveUsers users) {
    this.tokens = tokens;
    this.sessions = sessions;
    this.users = users;
  }

  @Override
  public boolean recognizes(String credential) {
    return credential.chars().filter(c -> c == '.').count() == 2;
  }

  @Override
  public Caller check(String credential) {
    return tokens
        .read(credential)
        .filter(bearer -> sessions.contains(bearer.organization(), bearer.session()))
        .flatMap(bearer ->
            users
                .caller(bearer.organization(), bearer.user())
                .map(person -> person.by(bearer.session().value())))
        .orElseThrow(() ->
            Refusal.unauthenticated(
                "The access token is not valid, or not any more. Refresh it, or log in again."));
  }
}
