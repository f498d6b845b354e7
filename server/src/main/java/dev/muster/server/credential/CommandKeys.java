package dev.muster.server.credential;

import dev.muster.protocol.CommandSignature;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The command secrets of one device at one moment: the present one, which signs, and after a
/// rotation the next one.
///
/// Which one the device has, the server never knows for sure, because an answer may be lost. So the
/// earlier one goes on signing until the device shows the next one; and a device that shows neither
/// has neither, so it is given the newest and the earlier one is forgotten. Whatever is lost, two
/// answers that arrive bring both sides together.
///
/// @param handedOutAt when the present one was first put in an answer; null: only the server knows
///   it, and nothing is signed under it
/// @param next null when no rotation is under way
record CommandKeys(
    String present,
    @Nullable Instant handedOutAt,
    @Nullable String next,
    @Nullable Instant nextHandedOutAt) {
  private static final int SECRET_BYTES = 32;
  private static final SecureRandom RANDOM = new SecureRandom();

  /// What follows from a device's word about which secret it has.
  ///
  /// @param offered the secret to put in the answer, if there is one
  record Seen(CommandKeys after, Optional<String> offered) {
    /// Without the secret.
    @Override
    public String toString() {
      return "Seen[offered=" + offered.isPresent() + "]";
    }
  }

  /// 256 random bits as 43 characters.
  static String random() {
    byte[] bytes = new byte[SECRET_BYTES];
    RANDOM.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /// A first secret, that nobody knows yet.
  static CommandKeys first(String secret) {
    return new CommandKeys(secret, null, null, null);
  }

  /// The newest is handed out whatever the device had before: it is enrolling, and keeps what the
  /// answer says.
  CommandKeys enrolled(Instant now) {
    return settled(now);
  }

  /// A next secret, in the place of one that nobody was given. One that was given is taken to have
  /// arrived: it becomes the present one.
  CommandKeys rotated(String fresh) {
    if (next != null && nextHandedOutAt != null) {
      return new CommandKeys(next, nextHandedOutAt, fresh, null);
    }
    return handedOutAt == null ? first(fresh) : new CommandKeys(present, handedOutAt, fresh, null);
  }

  /// The device asks for its policy, or for its commands.
  ///
  /// @param fingerprint of the secret that it has; null when it does not say
  Seen pulled(@Nullable String fingerprint, Instant now) {
    if (fingerprint == null) {
      return newestHandedOutAt() == null
          ? new Seen(settled(now), Optional.of(newest()))
          : new Seen(this, Optional.empty());
    }
    if (fingerprint.equals(CommandSignature.fingerprint(newest()))) {
      return new Seen(settled(now), Optional.empty());
    }
    if (next != null && fingerprint.equals(CommandSignature.fingerprint(present))) {
      Instant first = nextHandedOutAt == null ? now : nextHandedOutAt;
      Instant known = handedOutAt == null ? now : handedOutAt;
      return new Seen(new CommandKeys(present, known, next, first), Optional.of(next));
    }
    return new Seen(settled(now), Optional.of(newest()));
  }

  private String newest() {
    return next == null ? present : next;
  }

  private @Nullable Instant newestHandedOutAt() {
    return next == null ? handedOutAt : nextHandedOutAt;
  }

  /// The newest alone, from now on the one that signs.
  private CommandKeys settled(Instant now) {
    Instant before = newestHandedOutAt();
    return new CommandKeys(newest(), before == null ? now : before, null, null);
  }

  /// Without the secrets.
  @Override
  public String toString() {
    return "CommandKeys[handedOutAt=" + handedOutAt + ", rotating=" + (next != null) + "]";
  }
}
