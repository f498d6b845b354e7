package dev.muster.server.session;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.muster.server.platform.Refusal;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;

/// Slows down who guesses passwords: [#MOST] attempts on one e-mail address from one network
/// address in [#WINDOW], counted on this node. An attempt counts before its password is compared,
/// so that guesses made at once are counted too; a login that succeeds wipes the count.
@Singleton
public final class LoginThrottle {
  static final int MOST = 10;
  static final Duration WINDOW = Duration.ofMinutes(5);
  private static final int MOST_REMEMBERED = 100_000;

  private record Key(String address, String email) {}

  private record Attempts(int count, Instant windowEnds) {}

  private final InstantSource clock;
  private final Cache<Key, Attempts> attempts =
      Caffeine.newBuilder().maximumSize(MOST_REMEMBERED).expireAfterAccess(WINDOW).build();

  public LoginThrottle(InstantSource clock) {
    this.clock = clock;
  }

  /// @throws Refusal `too_many_requests` until the window ends
  void attempt(String address, String email) {
    Instant now = clock.instant();
    Attempts current =
        attempts
            .asMap()
            .compute(
                key(address, email),
                (_, before) ->
                    before == null || !before.windowEnds().isAfter(now)
                        ? new Attempts(1, now.plus(WINDOW))
                        : new Attempts(before.count() + 1, before.windowEnds()));
    if (current.count() > MOST) {
      throw Refusal.tooMany(
          "Too many failed logins for this e-mail address; wait before you try again.",
          Duration.between(now, current.windowEnds()));
    }
  }

  void succeeded(String address, String email) {
    attempts.invalidate(key(address, email));
  }

  private static Key key(String address, String email) {
    return new Key(address, email.strip().toLowerCase(Locale.ROOT));
  }
}
