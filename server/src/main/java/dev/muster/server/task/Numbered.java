package dev.muster.server.task;

/// A row with the number of its change, or, before it is written, its place among others.
public record Numbered<T>(T row, long number) {}
