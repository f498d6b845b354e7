package dev.muster.server.dispatch;

import dev.muster.server.credential.CommandSecrets;
import dev.muster.server.credential.DeviceTokens;
import dev.muster.server.organization.Closings;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Refusal;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// The polls of devices that ask what to do. One that waits holds no connection of the database.
@Singleton
public class Polls {
  /// How long an answer may take that is not waited for.
  private static final Duration PROMPT = Duration.ofSeconds(10);

  private final Database database;
  private final CommandSecrets secrets;
  private final DeviceTokens tokens;
  private final Waiters waiters;
  private final Dispatcher dispatcher;

  public Polls(
      Database database,
      CommandSecrets secrets,
      DeviceTokens tokens,
      Waiters waiters,
      Dispatcher dispatcher,
      Closings closings,
      Broadcast broadcast) {
    this.database = database;
    this.secrets = secrets;
    this.tokens = tokens;
    this.waiters = waiters;
    this.dispatcher = dispatcher;
    tokens.onRevoked(credential -> waiters.end(device -> device.credentialId().equals(credential)));
    closings.onClosed(
        organization -> waiters.end(device -> device.organization().equals(organization)));
    // a revocation may have been missed; whoever comes again is looked at again
    broadcast.onReset(() -> waiters.end(_ -> true));
  }

  /// A server that is told to stop waits for the requests that it works on: those that only wait
  /// are ended at once. Quarkus tells of its stop after it has waited.
  void start(@Observes StartupEvent event, MeterRegistry metrics) {
    Gauge.builder("muster.polls.open", waiters, Waiters::count)
        .description("Devices whose poll for commands waits at this node")
        .register(metrics);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> waiters.end(_ -> true), "polls-stop"));
  }

  /// A poll that has begun. [#hungUp] may come at any time.
  interface Poll {
    /// The secret that the device should take, see [CommandSecrets#offer].
    Optional<String> secret();

    /// What the device is to do: at once when there is something, else as soon as there is; empty
    /// when there was nothing in time, or when another poll of the device has begun.
    ///
    /// @throws Refusal when the device is refused by now, or when the database cannot be asked
    List<Ready> await();

    /// The device waits no more.
    void hungUp();
  }

  /// Begins a poll.
  ///
  /// @param credential the device token that it came with
  /// @param commandKey what it says of its secret, see [CommandSecrets#offer]; null for nothing,
  ///   and then it is offered none
  /// @param wait how long it waits when there is nothing; zero for not at all
  Poll begin(Caller.Device device, String credential, @Nullable String commandKey, Duration wait) {
    Optional<String> secret =
        commandKey == null
            ? Optional.empty()
            : database.in(
                device.organization(), handle -> secrets.offer(handle, device, commandKey));
    boolean patient = !wait.isZero();
    Waiters.Waiter waiter = waiters.add(device, patient);
    try {
      tokens.check(credential); // it may have been revoked before the poll could be found
    } catch (RuntimeException refused) {
      waiters.remove(waiter);
      throw refused;
    }
    dispatcher.ask(waiter.device(), patient ? Dispatcher.Ask.WAITING : Dispatcher.Ask.ALL);
    return new Poll() {
      @Override
      public Optional<String> secret() {
        return secret;
      }

      @Override
      public List<Ready> await() {
        List<Ready> answer = answer(waiter, patient ? wait : PROMPT);
        tokens.check(credential); // it may have been revoked while the poll waited
        return answer;
      }

      @Override
      public void hungUp() {
        waiters.remove(waiter);
        waiter.end();
      }
    };
  }

  private List<Ready> answer(Waiters.Waiter waiter, Duration patience) {
    try {
      return waiter.answer().get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      waiters.remove(waiter);
      if (!waiter.patient()) {
        throw Refusal.unavailable("The server is busy; try again.", Duration.ofSeconds(1), late);
      }
      waiter.end();
      return waiter.answer().join(); // it may just have been answered
    } catch (ExecutionException failure) {
      throw failure.getCause() instanceof RuntimeException refused
          ? refused
          : new IllegalStateException(failure.getCause());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      waiters.remove(waiter);
      return List.of();
    }
  }
}
