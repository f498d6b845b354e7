package dev.muster.server.attachment;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Bytes of a file, from one position to before another.
record Span(long from, long to) {
  private static final Pattern RANGE = Pattern.compile("bytes=([0-9]{0,18})-([0-9]{0,18})");

  /// What a header `Range` asks for (RFC 9110, 14.2). All, when there is none, or one that no file
  /// of this size has or that asks for several: a server may answer so.
  static Span asked(@Nullable String range, long size) {
    Span all = new Span(0, size);
    Matcher found = RANGE.matcher(range == null ? "" : range);
    if (!found.matches()) {
      return all;
    }
    String first = found.group(1);
    String last = found.group(2);
    if (first.isEmpty()) {
      long length = last.isEmpty() ? size : Math.min(size, Long.parseLong(last));
      return length == 0 ? all : new Span(size - length, size);
    }
    long from = Long.parseLong(first);
    long to = last.isEmpty() ? size : Math.min(size, Long.parseLong(last) + 1);
    return from < to ? new Span(from, to) : all;
  }
}
