package dev.muster.agent.core;

import dev.muster.agent.core.CommandRecord.Stage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The commands of a device: which wait, which one runs, and what became of the others. It decides
/// that a command is carried out once however often it arrives, one at a time, in order of arrival.
///
/// What it says is in the store first. A command whose beginning is noted and whose end is not was
/// cut off by a crash: some of it may have been done, so it is not done again but reported as
/// failed, unless it is of a kind that may be repeated.
final class Inbox {
  /// More than a server ever sends ahead; whoever sends more must not fill the memory.
  private static final int MOST_WAITING = 100;

  /// Nobody expects a command to begin later than this: the device was off in between.
  private static final Duration LONGEST_WAIT = Duration.ofHours(1);

  /// What became of something that arrived.
  enum Arrival {
    /// It is new, and waits for its turn.
    ACCEPTED,
    /// It was known, and waits or runs.
    UNDER_WAY,
    /// It was known and has ended; its result is posted (again).
    ENDED,
    /// Too many are waiting. It may be sent again.
    NO_ROOM
  }

  private final CommandStore store;
  private final AgentClock clock;
  private final Predicate<String> mayRepeat;
  private final Consumer<AgentEvent> events;

  private final Deque<CommandRecord> waiting = new ArrayDeque<>();
  private boolean restored;
  private @Nullable CommandRecord running;
  private @Nullable Thread interruptible;
  private boolean cancelled;
  private boolean closed;
  private boolean abandoned;

  Inbox(CommandPorts ports, AgentClock clock, Consumer<AgentEvent> events) {
    this.store = ports.store();
    this.clock = clock;
    this.mayRepeat = ports.executor()::mayRepeat;
    this.events = events;
  }

  /// Takes up what an earlier run left. Has to go through once before anything else.
  synchronized void restore() throws IOException {
    if (restored) {
      return;
    }
    waiting.clear();
    for (CommandRecord left : store.unsettled()) {
      boolean begun = left.stage() == Stage.BEGUN;
      if (begun && !mayRepeat.test(left.command().action())) {
        end(left, CommandResult.failed("the agent was stopped while it ran"));
      } else if (begun || left.stage() == Stage.WAITING) {
        waiting.add(left);
      }
    }
    restored = true;
  }

  synchronized Arrival arrive(Command command) throws IOException {
    needRestored();
    CommandRecord known = store.find(command.requestId());
    if (known == null) {
      if (waiting.size() >= MOST_WAITING) {
        return Arrival.NO_ROOM;
      }
      CommandRecord arrived = CommandRecord.arrived(command, clock.now());
      store.save(arrived);
      waiting.add(arrived);
      events.accept(new AgentEvent.CommandAccepted(command.requestId(), command.action()));
      return Arrival.ACCEPTED;
    }
    if (known.stage() == Stage.WAITING || known.stage() == Stage.BEGUN || isRunning(command)) {
      return Arrival.UNDER_WAY;
    }
    if (known.stage() == Stage.SETTLED) {
      store.save(known.again(command.action()));
    }
    return Arrival.ENDED;
  }

  /// Notes a command as ended without it having been carried out.
  synchronized Arrival refuse(Command command, String reason) throws IOException {
    needRestored();
    if (store.find(command.requestId()) != null) {
      return arrive(command);
    }
    end(CommandRecord.arrived(command, clock.now()), CommandResult.refused(reason));
    return Arrival.ENDED;
  }

  /// Drops the command while it waits and interrupts it while it runs. One that never arrived is
  /// remembered: if it comes later it is answered at once. One that has ended stays as it is.
  ///
  /// @param deviceId whose command it is
  synchronized void cancel(String requestId, String deviceId) throws IOException {
    needRestored();
    CommandRecord present = running;
    if (present != null && present.command().requestId().equals(requestId)) {
      cancelled = true;
      if (interruptible != null) {
        interruptible.interrupt();
      }
      return;
    }
    for (Iterator<CommandRecord> each = waiting.iterator(); each.hasNext(); ) {
      CommandRecord record = each.next();
      if (record.command().requestId().equals(requestId)) {
        end(record, CommandResult.cancelled("cancelled before it began"));
        each.remove();
        return;
      }
    }
    if (store.find(requestId) == null) {
      Command unseen = new Command(requestId, deviceId, "cancel", Collections.emptyMap());
      CommandResult result = CommandResult.cancelled("cancelled before it arrived");
      store.save(CommandRecord.cancelledAhead(unseen, result, clock.now()));
    }
  }

  /// The next command to be carried out by the thread that asks, null when none waits. From now on
  /// a cancellation interrupts the thread.
  synchronized @Nullable Command begin() throws IOException {
    needRestored();
    if (closed) {
      return null;
    }
    for (CommandRecord next = waiting.peek(); next != null; next = waiting.peek()) {
      Command command = next.command();
      Duration waited = Duration.between(next.arrivedAt(), clock.now());
      if (waited.compareTo(LONGEST_WAIT) > 0) {
        end(next, CommandResult.refused("it waited on the device for more than an hour"));
        waiting.remove();
        continue;
      }
      if (!mayRepeat.test(command.action())) {
        store.save(next.at(Stage.BEGUN));
      }
      waiting.remove();
      running = next;
      cancelled = false;
      interruptible = Thread.currentThread();
      return command;
    }
    return null;
  }

  /// Ends the time in which a cancellation interrupts the thread.
  ///
  /// @return whether there was one
  synchronized boolean over() {
    interruptible = null;
    // An interruption that came for the command must not hit what follows; one that came to stop
    // the agent, which the command may have swallowed, must.
    if (closed) {
      Thread.currentThread().interrupt();
    } else {
      Thread.interrupted();
    }
    return cancelled;
  }

  /// Notes what became of the running command. It runs on until this has gone through.
  synchronized void finish(CommandResult result) throws IOException {
    CommandRecord present = running;
    if (present != null && !abandoned) {
      end(present, result);
    }
    running = null;
  }

  /// Notes that the server need not be told (any more), or knows that the device leaves.
  synchronized void move(CommandRecord told, Stage stage) throws IOException {
    store.save(told.at(stage));
  }

  /// From now on threads are interrupted because the agent stops.
  synchronized void close() {
    closed = true;
  }

  synchronized boolean isClosed() {
    return closed;
  }

  /// Nothing is noted any more: another inbox takes over the store.
  synchronized void abandon() {
    abandoned = true;
  }

  private boolean isRunning(Command command) {
    return running != null && running.command().requestId().equals(command.requestId());
  }

  private void end(CommandRecord record, CommandResult result) throws IOException {
    store.save(record.ended(result, clock.now()));
    Command command = record.command();
    events.accept(new AgentEvent.CommandEnded(command.requestId(), command.action(), result));
  }

  private void needRestored() throws IOException {
    if (!restored || abandoned) {
      throw new IOException("the store of commands is not open");
    }
  }
}
