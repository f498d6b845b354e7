package dev.muster.agent.core;

import java.io.IOException;

/// What carries commands out on the device. An agent calls it for one command at a time.
public interface CommandExecutor {

  /// Does what the command says, and returns when it is done.
  ///
  /// The command comes from the server, which is known, and its time is right. Its parameters are
  /// to be checked.
  ///
  /// @param progress may be told how far it is, as often as one likes
  /// @return what became of it; an action that is not known is [CommandResult#unsupported]
  /// @throws InterruptedException when the thread was interrupted, because the command was
  ///   cancelled or the agent is being stopped. Whatever was started is stopped by then.
  /// @throws IOException when it failed, with a sentence for people
  CommandResult execute(Command command, Progress progress)
      throws IOException, InterruptedException;

  /// Whether a command of this kind may be carried out a second time when the agent was stopped
  /// while it ran. If not, it is reported as failed.
  boolean mayRepeat(String action);

  /// Hears how far a command is.
  interface Progress {

    /// @param percent 0 to 100
    /// @param message what is being done, at most 500 characters; what is longer is cut
    void report(int percent, String message);
  }
}
