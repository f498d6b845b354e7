package dev.muster.server.platform;

import java.time.Duration;
import java.time.Instant;

/// What one look at the database found.
public sealed interface Reading {
  /// When the look began.
  Instant at();

  /// It answered.
  ///
  /// @param took how long the whole look took
  record Answered(Instant at, Duration took, Queue outbox, Queue jobs, long dead, long abandoned)
      implements Reading {}

  /// It refused, or broke the connection.
  record Failed(Instant at) implements Reading {}

  /// It has not answered in time; the look goes on, and later callers are told of it.
  record Silent(Instant at) implements Reading {}

  /// What is due: how many, and for how long the oldest of them has been.
  record Queue(long due, Duration late) {}
}
