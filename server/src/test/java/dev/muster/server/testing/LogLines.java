package dev.muster.server.testing;

import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.formatters.PatternFormatter;

/// Hears the lines of one log category while it is open.
public final class LogLines implements AutoCloseable {
  /// A line, with the logging context that it was written in.
  public record Heard(String message, Map<String, String> context) {
    public String requestId() {
      return context.getOrDefault("request_id", "");
    }
  }

  private static final PatternFormatter TEXT = new PatternFormatter("%s");

  private final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();
  private final Logger logger;
  private final Handler ear =
      new Handler() {
        @Override
        public void publish(LogRecord entry) {
          ExtLogRecord whole = ExtLogRecord.wrap(entry);
          heard.add(new Heard(TEXT.format(whole), whole.getMdcCopy()));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  private LogLines(Logger logger) {
    this.logger = logger;
    logger.addHandler(ear);
  }

  public static LogLines of(String category) {
    return new LogLines(Logger.getLogger(category));
  }

  /// The next line that is `wanted`; others before it are passed over.
  public Heard await(Predicate<Heard> wanted) {
    try {
      while (true) {
        Heard next = heard.poll(20, TimeUnit.SECONDS);
        if (next == null) {
          throw new AssertionError("no such line came");
        }
        if (wanted.test(next)) {
          return next;
        }
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }

  /// What came so far and was not awaited.
  public List<Heard> rest() {
    return List.copyOf(heard);
  }

  @Override
  public void close() {
    logger.removeHandler(ear);
  }
}
