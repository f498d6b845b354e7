package dev.muster.server.identity;

import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Settings;
import io.quarkus.elytron.security.common.BcryptUtil;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Passwords of people: bcrypt. It uses a processor for a good part of a second, so only as many
/// are computed at once as leave one processor to everything else.
@Singleton
public final class Passwords {
  private static final int SHORTEST_BYTES = 12;

  /// Where nobody needs a password, a short one gives nothing away.
  private static final int SHORTEST_BYTES_WHEN_OPEN = 8;

  private static final int LONGEST_BYTES = 72; // bcrypt ignores what follows
  private static final int SALT_AND_HASH = 53; // characters in a bcrypt hash after its cost
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

  private final int cost;
  private final int shortest;
  private final Duration longestWait;
  private final Semaphore processors;
  private final String nobody;

  @Inject
  Passwords(Settings settings) {
    this(
        settings.passwordCost(),
        shortest(settings),
        Math.max(1, Runtime.getRuntime().availableProcessors() - 1),
        LONGEST_WAIT);
  }

  public Passwords(int cost) {
    this(cost, SHORTEST_BYTES, 1, LONGEST_WAIT);
  }

  /// @param shortest bytes that a new one must have
  /// @param atOnce how many are computed at once
  /// @param longestWait for the turn of one
  Passwords(int cost, int shortest, int atOnce, Duration longestWait) {
    this.cost = cost;
    this.shortest = shortest;
    this.longestWait = longestWait;
    this.processors = new Semaphore(atOnce, true);
    this.nobody = hashOfNobody(cost);
  }

  /// @param field name of the password in the caller's input
  /// @throws Refusal for a password that is too short, or longer than bcrypt reads
  public String hash(String field, String password) {
    String problem = problem(password, shortest);
    if (problem != null) {
      throw Refusal.invalid(field, problem);
    }
    return computed(() -> BcryptUtil.bcryptHash(password, cost));
  }

  /// What is wrong with the settings, a sentence each.
  public static List<String> mistakes(Settings settings) {
    List<String> sentences = new ArrayList<>();
    if (settings.passwordCost() < 4 || settings.passwordCost() > 20) {
      sentences.add("muster.password-cost must be from 4 to 20, and is " + settings.passwordCost());
    }
    int shortest = shortest(settings);
    if (shortest < SHORTEST_BYTES_WHEN_OPEN || shortest > LONGEST_BYTES) {
      sentences.add("muster.password-bytes must be from 8 to 72, and is " + shortest);
      return sentences;
    }
    settings
        .adminPassword()
        .map(password -> problem(password, shortest))
        .ifPresent(problem -> sentences.add("muster.admin-password " + problem));
    return sentences;
  }

  private static int shortest(Settings settings) {
    return settings
        .passwordBytes()
        .orElse(settings.open() ? SHORTEST_BYTES_WHEN_OPEN : SHORTEST_BYTES);
  }

  /// What is wrong with a password that somebody wants to have, if something is.
  private static @Nullable String problem(String password, int shortest) {
    int bytes = bytes(password);
    return bytes < shortest || bytes > LONGEST_BYTES
        ? "must have from %d to %d bytes (letters outside ASCII count for more than one)"
            .formatted(shortest, LONGEST_BYTES)
        : null;
  }

  /// Another hash of a password that was accepted once, whatever is asked of new ones today.
  String hashAgain(String password) {
    return computed(() -> BcryptUtil.bcryptHash(password, cost));
  }

  /// Whether `hash` was made at another cost than is set now.
  boolean isOutdated(String hash) {
    return costOf(hash) != cost;
  }

  /// Whether `hash` is of `password`. Without a hash, of a user who does not exist, the answer is
  /// no and takes the same time; so does a hash of a lower cost than is set now. One of a higher
  /// cost takes longer until its owner logs in.
  boolean matches(String password, @Nullable String hash) {
    String guess = bytes(password) > LONGEST_BYTES ? "" : password;
    String against = hash == null ? nobody : hash;
    boolean same =
        computed(() -> {
          // each step of the cost doubles the time: 2^c + 2^c + 2^(c+1) + … + 2^(n-1) = 2^n
          for (int step = costOf(against); step < cost; step++) {
            var _ = BcryptUtil.matches(guess, hashOfNobody(step));
          }
          return BcryptUtil.matches(guess, against);
        });
    return same && hash != null && !guess.isEmpty();
  }

  /// What a password is compared with when there is no user.
  String hashOfNobody() {
    return nobody;
  }

  private static String hashOfNobody(int cost) {
    return "$2a$%02d$%s".formatted(cost, ".".repeat(SALT_AND_HASH));
  }

  private static int costOf(String hash) {
    return Integer.parseInt(hash, 4, 6, 10);
  }

  private <T> T computed(Supplier<T> work) {
    try {
      if (!processors.tryAcquire(longestWait.toMillis(), TimeUnit.MILLISECONDS)) {
        throw Refusal.unavailable("Too many logins at once; try again.", LONGEST_WAIT, null);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw Refusal.unavailable("The server is stopping.", LONGEST_WAIT, stopped);
    }
    try {
      return work.get();
    } finally {
      processors.release();
    }
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
