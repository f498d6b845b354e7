package dev.muster.server.platform;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/// The log of what was asked of this server: a line a request on every transport, in the category
/// `muster.access`. Each transport builds the lines, so that all of them tell the same things.
///
/// A line never holds what a caller sent besides the path: queries carry tickets, headers carry
/// credentials.
@Singleton
public final class AccessLog {
  static final String CATEGORY = "muster.access";
  private static final int LONGEST_ROUTE = 200;
  private static final Logger LOG = Logger.getLogger(CATEGORY);

  /// One request that has ended.
  ///
  /// @param method of HTTP or gRPC; `CLOSE` for the end of a WebSocket
  /// @param route the template that served it (`/api/devices/{device_id}`), else the path without
  ///   its query
  /// @param status of HTTP or gRPC; the close code of a WebSocket
  /// @param caller null for nobody
  /// @param bytes of the answer's body; null where nobody counts them
  public record Line(
      String method,
      String route,
      int status,
      Duration took,
      @Nullable Caller caller,
      @Nullable String requestId,
      @Nullable Long bytes) {}

  private final boolean on;
  private final boolean fieldsApart;

  @Inject
  AccessLog(Settings settings) {
    this(settings.accessLog(), settings.logFormat() == Settings.LogFormat.JSON);
  }

  /// @param fieldsApart whether each field shall stand in the logging context as well
  AccessLog(boolean on, boolean fieldsApart) {
    this.on = on;
    this.fieldsApart = fieldsApart;
  }

  /// Whether lines are wanted at all.
  public boolean isOn() {
    return on;
  }

  public void write(Line line) {
    if (!on || !LOG.isInfoEnabled()) {
      return;
    }
    Map<String, String> fields = fields(line);
    Map<String, Object> before = new LinkedHashMap<>();
    if (fieldsApart) {
      fields.forEach((key, value) -> before.put(key, MDC.put(key, value)));
    }
    if (line.requestId() != null) {
      before.put(RequestId.KEY, MDC.put(RequestId.KEY, line.requestId()));
    }
    try {
      LOG.info(text(fields));
    } finally {
      before.forEach(AccessLog::restore);
    }
  }

  private static void restore(String key, @Nullable Object value) {
    if (value == null) {
      MDC.remove(key);
    } else {
      MDC.put(key, value);
    }
  }

  private static Map<String, String> fields(Line line) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("method", line.method());
    fields.put("route", printable(line.route()));
    fields.put("status", Integer.toString(line.status()));
    fields.put("ms", String.format(Locale.ROOT, "%.1f", line.took().toNanos() / 1e6));
    if (line.bytes() != null) {
      fields.put("bytes", line.bytes().toString());
    }
    Caller caller = line.caller();
    fields.put("caller", caller == null ? "nobody" : words(caller));
    if (caller != null) {
      fields.put("organization", caller.organization().value().toString());
    }
    return fields;
  }

  /// The kind and the id of a caller, as a line shows them.
  public static String words(Caller caller) {
    return switch (caller) {
      case Caller.Person person -> "person " + person.userId();
      case Caller.Key key -> "key " + key.keyId();
      case Caller.Device device -> "device " + device.deviceId();
      case Caller.Enroller enroller -> "enroller " + enroller.tokenId();
      case Caller.Server server -> "server " + server.job();
    };
  }

  private static String text(Map<String, String> fields) {
    StringBuilder text = new StringBuilder();
    fields.forEach((key, value) -> {
      switch (key) {
        case "method" -> text.append(value);
        case "route" -> text.append(' ').append(value);
        case "caller" -> text.append(" caller=\"").append(value).append('"');
        default -> text.append(' ').append(key).append('=').append(value);
      }
    });
    return text.toString();
  }

  /// A path that matched nothing is whatever somebody sent: it must not break or forge lines.
  private static String printable(String route) {
    String shown =
        route.length() <= LONGEST_ROUTE ? route : route.substring(0, LONGEST_ROUTE) + "…";
    return shown.chars().allMatch(AccessLog::isPlain)
        ? shown
        : shown
            .codePoints()
            .map(c -> isPlain(c) || c == '…' ? c : '?')
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
  }

  private static boolean isPlain(int c) {
    return c > ' ' && c < 0x7f && c != '"';
  }
}
