package dev.muster.server.testing;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.jspecify.annotations.Nullable;

/// Everything that is logged while it is open: by Muster at every level, by others as far as they
/// are heard. Stack traces and parameters too.
public final class RecordedLog extends Handler {
  private static final Logger ROOT = Logger.getLogger("");
  private static final Logger MUSTER = Logger.getLogger("dev.muster");

  private final StringBuilder text = new StringBuilder();
  private final @Nullable Level before;

  private RecordedLog() {
    before = MUSTER.getLevel();
    setLevel(Level.ALL);
    setFormatter(new SimpleFormatter());
  }

  public static RecordedLog open() {
    RecordedLog log = new RecordedLog();
    MUSTER.setLevel(Level.ALL);
    ROOT.addHandler(log);
    return log;
  }

  @Override
  public synchronized void publish(LogRecord record) {
    StringWriter line = new StringWriter();
    line.append(record.getLoggerName()).append(' ').append(getFormatter().formatMessage(record));
    line.append('\n').append(Arrays.toString(record.getParameters())).append('\n');
    if (record.getThrown() != null) {
      record.getThrown().printStackTrace(new PrintWriter(line));
    }
    text.append(line);
  }

  public synchronized String text() {
    return text.toString();
  }

  /// How long the text is now, for [#textFrom].
  public synchronized int length() {
    return text.length();
  }

  /// What was logged since the text was that long.
  public synchronized String textFrom(int length) {
    return text.substring(length);
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    ROOT.removeHandler(this);
    MUSTER.setLevel(before);
  }
}
