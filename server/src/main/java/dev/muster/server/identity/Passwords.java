package dev.muster.server.identity;

import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Settings;
import io.quarkus.elytron.security.common.BcryptUtil;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Passwords of people: bcrypt. It uses a processor for a good part of a second, so only as many
/// are computed at once as leave one processor to everything else.
@Singleton
public final class Passwords {
  private static final int SHORTEST_BYTES = 12;
  private static final int LONGEST_BYTES = 72; // bcrypt ignores what follows
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

  private final int cost;
  private final Semaphore processors =
      new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() - 1), true);
  private volatile @Nullable String nobody;

  @Inject
  Passwords(Settings settings) {
    this(settings.passwordCost());
  }

  public Passwords(int cost) {
    this.cost = cost;
  }

  /// @param field name of the password in the caller's input
  /// @throws Refusal for a password that is too short, or longer than bcrypt reads
  public String hash(String field, String password) {
    int bytes = bytes(password);
    if (bytes < SHORTEST_BYTES || bytes > LONGEST_BYTES) {
      throw Refusal.invalid(
          field, "must have from 12 to 72 bytes (letters outside ASCII count for more than one)");
    }
    return computed(() -> BcryptUtil.bcryptHash(password, cost));
  }

  /// Whether `hash` is of `password`. Without a hash, of a user who does not exist, the answer is
  /// no and takes the same time.
  boolean matches(String password, @Nullable String hash) {
    String guess = bytes(password) > LONGEST_BYTES ? "" : password;
    String against = hash == null ? nobody() : hash;
    boolean same = computed(() -> BcryptUtil.matches(guess, against));
    return same && hash != null && !guess.isEmpty();
  }

  private String nobody() {
    String hash = nobody;
    if (hash == null) {
      hash = computed(() -> BcryptUtil.bcryptHash("the password of nobody", cost));
      nobody = hash;
    }
    return hash;
  }

  private <T> T computed(Supplier<T> work) {
    try {
      if (!processors.tryAcquire(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
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
