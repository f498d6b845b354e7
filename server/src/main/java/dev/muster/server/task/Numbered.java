package dev.muster.server.task;

/// A row with the number of its change.
public record Numbered<T>(T row, long number) {}
