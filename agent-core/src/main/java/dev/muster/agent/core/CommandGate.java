package dev.muster.agent.core;

import dev.muster.agent.core.Inbox.Arrival;
import dev.muster.protocol.Json;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Lets commands in. What was not signed with this device's command secret, or is for another
/// device, gets no answer, since anybody can send it. What was signed but too long ago, or in the
/// future, is answered: the server then knows that a clock is wrong.
final class CommandGate {
  private final AgentMemory memory;
  private final Inbox inbox;
  private final AgentClock clock;
  private final Consumer<AgentEvent> events;

  CommandGate(AgentMemory memory, Inbox inbox, AgentClock clock, Consumer<AgentEvent> events) {
    this.memory = memory;
    this.inbox = inbox;
    this.clock = clock;
    this.events = events;
  }

  /// A command that came in, and what became of it.
  record Entered(String requestId, Arrival arrival) {}

  /// Takes in what arrived, of either form.
  ///
  /// @return null when nothing is to follow
  @Nullable Entered receive(Json wire) {
    try {
      if (wire instanceof Json.Obj fields) {
        return enter(SignedCommand.read(fields));
      }
      throw new IOException("a command is an object");
    } catch (IOException | RuntimeException e) {
      ignored("A command was ignored: " + CommandRunner.message(e));
      return null;
    }
  }

  private @Nullable Entered enter(SignedCommand signed) throws IOException {
    Command command = signed.command();
    AgentState self = memory.state();
    String secret = self.commandSecret();
    if (secret == null) {
      ignored("A command was ignored: this device has no command secret yet");
      return null;
    }
    if (!command.deviceId().equals(self.deviceId())) {
      ignored("A command was ignored: it is for another device");
      return null;
    }
    if (!signed.isSignedWith(secret)) {
      ignored("A command was ignored: its signature is wrong");
      return null;
    }
    String skew = signed.skew(clock.now());
    if (command.action().equals(SignedCommand.CANCEL)) {
      cancel(command, skew);
      return null;
    }
    Arrival arrival = skew.isEmpty() ? inbox.arrive(command) : inbox.refuse(command, skew);
    if (arrival == Arrival.NO_ROOM) {
      ignored("A command was ignored: too many others are waiting");
      return null;
    }
    return new Entered(command.requestId(), arrival);
  }

  private void cancel(Command command, String skew) throws IOException {
    String target = command.parameters().get(SignedCommand.REQUEST_ID);
    if (!skew.isEmpty() || target == null) {
      ignored("A cancellation was ignored: " + (skew.isEmpty() ? "it names no request_id" : skew));
      return;
    }
    inbox.cancel(target, command.deviceId());
  }

  private void ignored(String reason) {
    events.accept(new AgentEvent.CommandIgnored(reason));
  }
}
