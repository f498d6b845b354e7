package dev.muster.server.session;

import dev.muster.server.edge.Arrival;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.MasterKey;
import dev.muster.server.platform.Refusal;
import dev.muster.server.session.LoginCountStore.Count;
import jakarta.inject.Singleton;
import java.text.Normalizer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Slows down who guesses passwords, whichever node they ask: attempts are counted in the database.
///
/// In [#WINDOW] there are [#OF_ADDRESS] attempts from one network address, [#OF_BOTH] on one
/// account from one address, and [#OF_ACCOUNT] on one account from all addresses together. Only
/// addresses from which the account has not logged in for [#KNOWN_FOR] are held to the last: who
/// guesses from many addresses keeps new ones out, and never the owner from where they are known.
///
/// An attempt counts before its password is compared, so that guesses made at once are counted too;
/// one that succeeds, or is not compared, is taken back. Accounts that do not exist are counted
/// like those that do. Of an IPv6 address the network of 64 bits counts, which is what one customer
/// has.
@Singleton
public class LoginThrottle {
  static final int OF_BOTH = 10;
  static final int OF_ACCOUNT = 50;
  static final int OF_ADDRESS = 300;
  static final Duration WINDOW = Duration.ofMinutes(5);
  static final Duration KNOWN_FOR = Duration.ofDays(30);
  private static final Pattern MARKS = Pattern.compile("\\p{M}+");

  /// An attempt that may go on.
  ///
  /// @param ofBoth how many there were on this account from this address, with this one
  record Attempt(int ofBoth) {}

  private sealed interface Verdict {
    record Allowed(Attempt attempt) implements Verdict {}

    record TooMany(Instant until) implements Verdict {}
  }

  private final Database database;
  private final InstantSource clock;
  private final MasterKey masterKey;

  public LoginThrottle(Database database, InstantSource clock, MasterKey masterKey) {
    this.database = database;
    this.clock = clock;
    this.masterKey = masterKey;
  }

  /// @throws Refusal `too_many_requests` until the window ends
  Attempt attempt(String address, String email) {
    Instant now = clock.instant();
    Verdict verdict =
        database.acrossOrganizations(handle -> judge(handle, Arrival.network(address), email, now));
    return switch (verdict) {
      case Verdict.Allowed(Attempt attempt) -> attempt;
      case Verdict.TooMany(Instant until) ->
          throw Refusal.tooMany(
              "Too many failed logins for this e-mail address or from this network; wait before you"
                  + " try again.",
              Duration.between(now, until));
    };
  }

  /// The narrower counts are touched only when the wider ones allow it: so nobody fills the table
  /// from one address, nor locks an account for all from there.
  private Verdict judge(Handle handle, String network, String email, Instant now) {
    Instant windowEnds = now.plus(WINDOW);
    Count address = LoginCountStore.add(handle, ofAddress(network), now, windowEnds);
    if (address.attempts() > OF_ADDRESS) {
      return new Verdict.TooMany(address.windowEnds());
    }
    Count both = LoginCountStore.add(handle, ofBoth(network, email), now, windowEnds);
    if (both.attempts() > OF_BOTH) {
      return new Verdict.TooMany(both.windowEnds());
    }
    Count account = LoginCountStore.add(handle, ofAccount(email), now, windowEnds);
    if (account.attempts() > OF_ACCOUNT
        && !LoginCountStore.isRemembered(handle, known(network, email), now)) {
      return new Verdict.TooMany(account.windowEnds());
    }
    return new Verdict.Allowed(new Attempt(both.attempts()));
  }

  /// An attempt whose password was not compared, because the server had no time for it.
  void takeBack(String address, String email) {
    String network = Arrival.network(address);
    database.acrossOrganizations(handle -> {
      LoginCountStore.subtract(handle, ofAddress(network));
      LoginCountStore.subtract(handle, ofBoth(network, email));
      LoginCountStore.subtract(handle, ofAccount(email));
      return true;
    });
  }

  void succeeded(String address, String email) {
    String network = Arrival.network(address);
    Instant now = clock.instant();
    database.acrossOrganizations(handle -> {
      LoginCountStore.subtract(handle, ofAddress(network));
      LoginCountStore.remove(handle, ofBoth(network, email));
      LoginCountStore.subtract(handle, ofAccount(email));
      LoginCountStore.remember(handle, known(network, email), now.plus(KNOWN_FOR));
      return true;
    });
  }

  private byte[] ofAddress(String network) {
    return key("address", network, null);
  }

  private byte[] ofBoth(String network, String email) {
    return key("both", network, email);
  }

  private byte[] ofAccount(String email) {
    return key("account", "", email);
  }

  private byte[] known(String network, String email) {
    return key("known", network, email);
  }

  private byte[] key(String what, String network, @Nullable String email) {
    String account = email == null ? "" : folded(email);
    return masterKey.mac("session.login_count", what + "\n" + network + "\n" + account);
  }

  /// One spelling of all that the database may take for the same address, and rather of more: else
  /// each İ for an i would be another account here and the same one there.
  private static String folded(String email) {
    return MARKS
        .matcher(Normalizer.normalize(email.strip(), Normalizer.Form.NFKD))
        .replaceAll("")
        .toUpperCase(Locale.ROOT)
        .toLowerCase(Locale.ROOT);
  }
}
