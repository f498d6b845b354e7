package dev.muster.agent.core;

import java.util.ArrayList;
import java.util.List;

/// The command side of an agent without its threads: each part runs on the test's own, until it has
/// waited as often as the clock was told.
final class CommandRig {
  static final AgentState SELF = new AgentState("hw", "d1", "md_1", 0, Signing.SECRET);

  final ScriptedTransport server = new ScriptedTransport();
  final MemoryCommandStore store = new MemoryCommandStore();
  final FakeDevice device = new FakeDevice();
  final FakeExecutor executor = new FakeExecutor();
  final ManualClock clock = new ManualClock();
  final List<AgentEvent> events = new ArrayList<>();
  final ProgressBoard board = new ProgressBoard();
  final Bell work = new Bell();
  final Bell news = new Bell();
  final Bell line = new Bell();
  final AgentPorts ports =
      new AgentPorts(server, device, device, Doorbell.none(), clock, () -> 0.5, events::add);
  final CommandPorts commandPorts = new CommandPorts(executor, store, Thread::new);
  final AgentMemory memory = new AgentMemory(device);
  final Inbox inbox = new Inbox(commandPorts, clock, events::add);
  final CommandGate gate = new CommandGate(memory, inbox, clock, events::add);
  final CommandCalls calls = new CommandCalls(new Calls(server, clock));
  final CommandRunner runner = new CommandRunner(inbox, executor, board, ports, work, news);
  int erased;
  final ResultCourier courier =
      new ResultCourier(
          ports,
          store,
          memory,
          inbox,
          board,
          calls,
          new ResultCourier.Signals(news, line, () -> erased++));

  CommandRig() {
    device.saved.add(SELF);
  }

  Command command(String request, String action) {
    return new Command(request, "d1", action, Signing.NONE);
  }
}
