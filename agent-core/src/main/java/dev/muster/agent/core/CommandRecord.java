package dev.muster.agent.core;

import java.time.Instant;
import java.util.Collections;
import org.jspecify.annotations.Nullable;

/// What an agent remembers of one command.
///
/// @param command without its parameters once it has ended
/// @param result null until it has ended
/// @param endedAt null until it has ended
public record CommandRecord(
    Command command,
    Instant arrivedAt,
    Stage stage,
    @Nullable CommandResult result,
    @Nullable Instant endedAt) {

  /// How far a command is, in this order.
  public enum Stage {
    /// Accepted, and nothing done of it.
    WAITING,
    /// Some of it may have been done.
    BEGUN,
    /// Ended; the server is still to be told.
    ENDED,
    /// The server knows that the device was erased; the agent is still to forget who it is.
    LEAVING,
    /// The server knows, or need not be told; kept to know the command again.
    SETTLED
  }

  static CommandRecord arrived(Command command, Instant now) {
    return new CommandRecord(command, now, Stage.WAITING, null, null);
  }

  /// A command that was cancelled before it arrived; nothing is to be told until it does.
  static CommandRecord cancelledAhead(Command unseen, CommandResult result, Instant now) {
    return new CommandRecord(unseen, now, Stage.SETTLED, result, now);
  }

  CommandRecord at(Stage next) {
    return new CommandRecord(command, arrivedAt, next, result, endedAt);
  }

  CommandRecord ended(CommandResult end, Instant now) {
    Command rest =
        new Command(
            command.requestId(), command.deviceId(), command.action(), Collections.emptyMap());
    return new CommandRecord(rest, arrivedAt, Stage.ENDED, end, now);
  }

  /// The same with its result to be told once more.
  ///
  /// @param action as it arrived now: of a command that was cancelled ahead it was not known
  CommandRecord again(String action) {
    Command named =
        new Command(command.requestId(), command.deviceId(), action, Collections.emptyMap());
    return new CommandRecord(named, arrivedAt, Stage.ENDED, result, endedAt);
  }
}
