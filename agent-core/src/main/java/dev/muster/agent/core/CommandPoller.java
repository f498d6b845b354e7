package dev.muster.agent.core;

import dev.muster.agent.core.CommandCalls.Waiting;
import dev.muster.protocol.Json;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Asks the server for commands: at once whenever it is told to, and for as long as the doorbell
/// has no line to the server by long polls, one after the other.
final class CommandPoller {
  private static final Duration LONG = Duration.ofDays(1);

  /// A server holds a long poll at most this long.
  static final Duration WAIT = Duration.ofSeconds(55);

  /// How long a doorbell may take to get a line before polls take its place.
  static final Duration GRACE = Duration.ofSeconds(10);

  /// A long poll that is answered sooner with nothing new was not held.
  private static final Duration HELD = Duration.ofSeconds(1);

  private final AgentPorts ports;
  private final AgentMemory memory;
  private final CommandCalls server;
  private final Predicate<Json> receiver;
  private final Bell bell = new Bell();
  private final Backoff backoff;
  private volatile boolean lineIsOpen;
  private volatile boolean graceIsOver;

  /// @param receiver takes a command as it came; says whether it was a new one
  CommandPoller(
      AgentPorts ports, AgentMemory memory, CommandCalls server, Predicate<Json> receiver) {
    this.ports = ports;
    this.memory = memory;
    this.server = server;
    this.receiver = receiver;
    this.backoff = new Backoff(ports.random());
  }

  /// Asks soon.
  void ask() {
    bell.ring();
  }

  void lineIsOpen(boolean open) {
    lineIsOpen = open;
    if (open) {
      graceIsOver = false;
    }
    bell.ring();
  }

  void run() throws InterruptedException {
    while (true) {
      boolean asked = bell.take();
      try {
        step(asked);
      } catch (CallFailed e) {
        waitAfter(e, e.retryAfter());
      } catch (IOException | RuntimeException e) {
        waitAfter(e, null);
      }
    }
  }

  private void step(boolean asked) throws IOException, InterruptedException {
    AgentState self = memory.state();
    String id = self.deviceId();
    String token = self.deviceToken();
    if (id == null || token == null || (!asked && lineIsOpen)) {
      ports.clock().await(bell, LONG);
    } else if (asked) {
      poll(id, token, self.commandSecret(), Duration.ZERO);
      backoff.reset();
    } else if (!graceIsOver) {
      graceIsOver = true;
      ports.clock().await(bell, GRACE);
    } else {
      Instant before = ports.clock().now();
      boolean anyNew = poll(id, token, self.commandSecret(), WAIT);
      if (anyNew || Duration.between(before, ports.clock().now()).compareTo(HELD) >= 0) {
        backoff.reset();
      } else {
        ports.clock().await(bell, backoff.next());
      }
    }
  }

  /// Takes the commands, and the secret if the server handed one out: a first one before them,
  /// since they are signed with it, and a new one after them, since the old one signs until the
  /// server has seen the new one. Another poll shows it at once.
  ///
  /// @return whether anything new was among it
  private boolean poll(String id, String token, @Nullable String commandSecret, Duration wait)
      throws IOException, InterruptedException {
    Waiting answer = server.waiting(token, commandSecret, wait);
    if (commandSecret == null) {
      take(id, answer.commandSecret());
    }
    boolean anyNew = false;
    for (Json command : answer.commands()) {
      anyNew |= receiver.test(command);
    }
    if (commandSecret != null) {
      take(id, answer.commandSecret());
    }
    return anyNew;
  }

  private void take(String id, @Nullable String offered) throws IOException {
    if (memory.takeCommandSecret(id, offered)) {
      bell.ring();
    }
  }

  private void waitAfter(Exception failure, @Nullable Duration asked) throws InterruptedException {
    Duration wait = asked == null ? backoff.next() : asked.plus(backoff.next());
    ports.events().accept(new AgentEvent.CommandsDelayed(CommandRunner.message(failure), wait));
    if (asked == null) {
      ports.clock().await(bell, wait);
    } else {
      ports.clock().sleep(wait);
    }
  }
}
