package dev.muster.server.platform;

import java.time.Duration;

/// Work that comes again and again, on one worker at a time in the whole cluster. A run that is
/// killed is run again; a run that throws is reported and comes again.
public interface RecurringJob {
  /// Classes have threads of their own, so that a flood of one never holds up another.
  enum JobClass {
    COMMAND,
    WAKE,
    MAINTAIN
  }

  /// Stable name, unique in its class.
  String name();

  JobClass jobClass();

  /// The pause between the end of a run and the start of the next.
  Duration every();

  void run();
}
