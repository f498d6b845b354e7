package dev.muster.agent;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;

/// The newest lines of an agent's log, without what looks like a credential.
final class AgentLog {
  private static final Pattern CREDENTIAL = Pattern.compile("\\bm[dek]_[A-Za-z0-9_.-]{4,}");
  private static final int LONGEST_LINE = 1000;

  private final int most;
  private final Deque<String> lines = new ArrayDeque<>();

  AgentLog(int most) {
    this.most = most;
  }

  synchronized void add(String line) {
    if (lines.size() == most) {
      lines.remove();
    }
    String whole = CREDENTIAL.matcher(line).replaceAll("********");
    lines.add(whole.substring(0, Math.min(whole.length(), LONGEST_LINE)));
  }

  /// At most so many lines, the newest last.
  synchronized List<String> newest(int count) {
    List<String> all = new ArrayList<>(lines);
    return all.subList(Math.max(0, all.size() - count), all.size());
  }
}
