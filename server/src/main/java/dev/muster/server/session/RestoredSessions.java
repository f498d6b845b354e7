package dev.muster.server.session;

import org.jdbi.v3.core.Handle;

/// What a restore means to logins. A backup brings back refresh tokens that were used up after it
/// was taken, sessions that were ended and accounts of those who were put out; whoever kept an old
/// token could use it, and reuse of it would not be noticed. So all sessions end: a person logs in
/// again, with the password of the backup's time.
public final class RestoredSessions {
  private RestoredSessions() {}

  /// Ends all sessions of all organizations.
  ///
  /// @return how many there were
  public static int endAll(Handle handle) {
    return SessionStore.deleteAll(handle);
  }
}
