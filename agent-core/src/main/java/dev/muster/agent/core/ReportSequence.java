package dev.muster.agent.core;

/// The numbers of an agent's reports. Each is greater than all before it, across restarts, and is
/// the time in milliseconds where that is greater: a device whose disk was wiped and that comes
/// back as the same hardware would otherwise count from 1 and be ignored.
///
/// Numbers are reserved in the store ahead of their use, ten minutes' worth at once, so that a
/// report does not cost a write to disk.
final class ReportSequence {
  private static final long RESERVED = 10 * 60 * 1000L;

  private final AgentClock clock;
  private long last;

  ReportSequence(AgentClock clock, long limit) {
    this.clock = clock;
    this.last = limit;
  }

  /// The number after all others. It must not be used before [#limitFor] of it is saved.
  long next() {
    last = Math.max(last + 1, clock.now().toEpochMilli());
    return last;
  }

  /// The limit to be saved before the number is used: the present one while it is enough.
  static long limitFor(long number, long presentLimit) {
    return number <= presentLimit ? presentLimit : number + RESERVED;
  }
}
