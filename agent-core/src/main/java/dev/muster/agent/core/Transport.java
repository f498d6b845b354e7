package dev.muster.agent.core;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The way to the server: one HTTP exchange at a time, JSON text both ways.
public interface Transport {

  /// Sends the request and waits for the whole answer. Every status is an answer.
  ///
  /// @throws IOException when there is no answer: no network, refused, timed out
  Reply exchange(Request request) throws IOException, InterruptedException;

  /// A request.
  ///
  /// @param path from the root of the server, such as `/enroll`; safe to put in a URL as it is
  /// @param headers may hold a credential, so they belong in no log
  /// @param body null when there is none
  /// @param held how long the server may hold back the answer on purpose
  /// @param gzipped the body goes out compressed, with `Content-Encoding: gzip`, which the
  ///   transport sees to
  record Request(
      String method,
      String path,
      Map<String, String> headers,
      @Nullable String body,
      Duration held,
      boolean gzipped) {

    /// A request that is answered at once.
    public Request(String method, String path, Map<String, String> headers, @Nullable String body) {
      this(method, path, headers, body, Duration.ZERO, false);
    }

    /// A request whose answer the server may hold back.
    public Request(
        String method,
        String path,
        Map<String, String> headers,
        @Nullable String body,
        Duration held) {
      this(method, path, headers, body, held, false);
    }

    @Override
    public String toString() {
      return method + " " + path;
    }
  }

  /// An answer.
  ///
  /// @param headers found whatever the case of their names
  record Reply(int status, Map<String, String> headers, String body) {
    public Reply {
      Map<String, String> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
      copy.putAll(headers);
      headers = copy;
    }

    /// The body may hold a credential.
    @Override
    public String toString() {
      return "status " + status;
    }
  }
}
