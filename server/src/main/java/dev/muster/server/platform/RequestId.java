package dev.muster.server.platform;

import com.github.f4b6a3.uuid.UuidCreator;
import java.util.Map;
import java.util.regex.Pattern;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/// The id of the request that this code runs for. It follows the request through its threads with
/// the logging context, so every log line can show it (`%X{request_id}`).
public final class RequestId {
  public static final String KEY = "request_id";
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

  private RequestId() {}

  /// The id of a request: the one that its caller sent, if it can be one, else a new one, which
  /// need not be hard to guess.
  public static String accept(@Nullable String sent) {
    return sent != null && FORM.matcher(sent).matches()
        ? sent
        : UuidCreator.getTimeOrderedEpochFast().toString();
  }

  /// Null outside of a request.
  public static @Nullable String current() {
    Object id = MDC.get(KEY);
    return id == null ? null : id.toString();
  }

  public static void enter(String id) {
    MDC.put(KEY, id);
  }

  /// `task` for a thread of its own, where it still runs for this request: a new thread begins with
  /// an empty logging context.
  public static Runnable carriedInto(Runnable task) {
    Map<String, Object> carried = Map.copyOf(MDC.getMap());
    return () -> {
      carried.forEach(MDC::put);
      task.run();
    };
  }
}
