package dev.muster.server.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Sends what no HTTP client would send.
public final class RawHttp {
  private static final int PATIENCE_MILLIS = 20_000;
  private static final int DRIP_MILLIS = 200;
  private static final Pattern LENGTH = Pattern.compile("(?i)content-length: ([0-9]+)");

  private RawHttp() {}

  /// The whole answer to a request whose head is these lines; `Connection: close` is added, and a
  /// `Host` where there is none. Text is sent as ISO 8859-1, a byte for each character.
  public static String exchange(String requestLine, String... headers) {
    StringBuilder head = new StringBuilder(requestLine).append("\r\n");
    if (Stream.of(headers).noneMatch(header -> header.startsWith("Host:"))) {
      head.append("Host: localhost\r\n");
    }
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    return exchange(head.append("Connection: close\r\n\r\n").toString());
  }

  /// A connection on which this was sent, and nothing more is.
  public static Socket hold(String begin) throws IOException {
    URI server = URI.create(Api.baseUrl());
    Socket socket = new Socket(server.getHost(), server.getPort());
    socket.getOutputStream().write(begin.getBytes(StandardCharsets.ISO_8859_1));
    return socket;
  }

  private static String exchange(String request) {
    URI server = URI.create(Api.baseUrl());
    try (Socket socket = new Socket(server.getHost(), server.getPort())) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      return read(socket.getInputStream());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /// Sends the begin of something, and then a bit more of it every now and then, until the server
  /// hangs up.
  ///
  /// @param drip what is sent again and again; when it is empty, nothing is
  /// @return what the server said before
  public static String awaitHangUp(String begin, String drip) {
    URI server = URI.create(Api.baseUrl());
    try (Socket socket = new Socket(server.getHost(), server.getPort())) {
      socket.setSoTimeout(DRIP_MILLIS);
      socket.getOutputStream().write(begin.getBytes(StandardCharsets.ISO_8859_1));
      ByteArrayOutputStream said = new ByteArrayOutputStream();
      for (int drips = 0; drips < PATIENCE_MILLIS / DRIP_MILLIS; ) {
        try {
          int next = socket.getInputStream().read();
          if (next < 0) {
            return said.toString(StandardCharsets.UTF_8);
          }
          said.write(next);
        } catch (SocketTimeoutException _) {
          drips++;
          socket.getOutputStream().write(drip.getBytes(StandardCharsets.ISO_8859_1));
        } catch (SocketException _) { // it was reset, because it was written to
          return said.toString(StandardCharsets.UTF_8);
        }
      }
      throw new AssertionError("the server did not hang up");
    } catch (SocketException _) {
      return "";
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /// Up to the end of the body; a server may leave the connection open.
  private static String read(InputStream input) throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    int next;
    while (!isWhole(answer.toString(StandardCharsets.UTF_8)) && (next = input.read()) >= 0) {
      answer.write(next);
    }
    return answer.toString(StandardCharsets.UTF_8);
  }

  private static boolean isWhole(String answer) {
    int head = answer.indexOf("\r\n\r\n");
    if (head < 0) {
      return false;
    }
    Matcher length = LENGTH.matcher(answer);
    int body = answer.substring(head + 4).getBytes(StandardCharsets.UTF_8).length;
    return length.find() && body >= Integer.parseInt(length.group(1));
  }
}
