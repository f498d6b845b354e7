package dev.muster.agent.core;

import dev.muster.agent.core.CommandGate.Entered;
import dev.muster.agent.core.Inbox.Arrival;
import dev.muster.protocol.Json;
import java.io.IOException;
import java.time.Duration;

/// The command side of an agent while it is on: what comes in, and the three threads that ask,
/// carry out and tell. None of them waits for the loop of the policy, nor that for them.
final class CommandLoops {
  private final AgentPorts ports;
  private final Inbox inbox;
  private final CommandGate gate;
  private final ProgressBoard board = new ProgressBoard();
  private final Bell work = new Bell();
  private final Bell news = new Bell();
  private final Bell line = new Bell();
  private final CommandPoller poller;
  private final CommandRunner runner;
  private final ResultCourier courier;
  private final LoopThreads threads;

  /// @param erased called when a command has erased the device and the server knows
  CommandLoops(AgentPorts ports, CommandPorts commandPorts, AgentMemory memory, Runnable erased) {
    this.ports = ports;
    this.threads = new LoopThreads(commandPorts.threads());
    this.inbox = new Inbox(commandPorts, ports.clock(), ports.events());
    this.gate = new CommandGate(memory, inbox, ports.clock(), ports.events());
    CommandCalls server = new CommandCalls(new Calls(ports.transport(), ports.clock()));
    this.poller = new CommandPoller(ports, memory, server, this::receive);
    this.runner = new CommandRunner(inbox, commandPorts.executor(), board, ports, work, news);
    this.courier =
        new ResultCourier(
            ports,
            commandPorts.store(),
            memory,
            inbox,
            board,
            server,
            new ResultCourier.Signals(news, line, erased));
  }

  /// Takes up what an earlier run left, and begins.
  void start() {
    try {
      inbox.restore();
      courier.restore();
    } catch (IOException | RuntimeException e) {
      // Runner and courier try again until it goes, and say so.
      ports.events().accept(new AgentEvent.StoreFailed(CommandRunner.message(e), Duration.ZERO));
    }
    threads.start("commands", runner::run);
    threads.start("results", courier::run);
    threads.start("polls", poller::run);
  }

  /// Stops, and waits until the running command has let go, but not for ever.
  void stop() {
    inbox.close();
    threads.stop();
    inbox.abandon();
  }

  /// Takes in a command as it came.
  ///
  /// @return whether it is a new one
  boolean receive(Json command) {
    Entered entered = gate.receive(command);
    if (entered != null && entered.arrival() != Arrival.ENDED) {
      board.arrived(entered.requestId(), ports.clock().now());
    }
    work.ring();
    news.ring();
    return entered != null && entered.arrival() == Arrival.ACCEPTED;
  }

  /// Asks the server for commands soon.
  void ask() {
    poller.ask();
  }

  /// The server answered.
  void serverIsThere() {
    line.ring();
    news.ring();
    poller.ask();
  }

  /// The doorbell has a line to the server, or has lost it.
  void lineIsOpen(boolean open) {
    if (open) {
      line.ring();
    }
    poller.lineIsOpen(open);
  }
}
