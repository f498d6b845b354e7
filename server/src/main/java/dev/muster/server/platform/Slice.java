package dev.muster.server.platform;

import java.util.List;

/// Some rows of a list, and how many rows the whole list has.
public record Slice<T>(long count, List<T> rows) {}
