package dev.muster.server.audit;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The end of a chain: how many entries it has, and the hash of the last.
///
/// @param hash 64 digits of lower-case hex; empty for a chain without entries
record Head(long position, String hash) {
  /// What a head looks like when somebody wrote it down.
  static final String FORM = "<position>:<hash of 64 hex digits>";

  static final Head NONE = new Head(0, Seals.START);

  private static final Pattern WRITTEN = Pattern.compile("([1-9][0-9]{0,17}):([0-9a-f]{64})");

  static Optional<Head> parse(String text) {
    Matcher match = WRITTEN.matcher(text.strip().toLowerCase(java.util.Locale.ROOT));
    return match.matches()
        ? Optional.of(new Head(Long.parseLong(match.group(1)), match.group(2)))
        : Optional.empty();
  }
}
