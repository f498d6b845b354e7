package dev.muster.bench;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// One HTTP connection that is kept: what it costs is little beside what it measures. It is made
/// when it is first needed, and again when it was lost.
final class Line implements AutoCloseable {
  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final int LONGEST_HEADER = 8192;

  private final InetSocketAddress server;
  private final String host;
  private @Nullable Socket socket;
  private InputStream in = InputStream.nullInputStream();

  /// An answer.
  ///
  /// @param comeAgain seconds of its `Retry-After`; 0 when it has none
  record Answer(int status, String body, int comeAgain) {
    boolean isDone() {
      return status / 100 == 2;
    }

    /// Whether the server asks to come again, because it has too much to do.
    boolean isPutOff() {
      return status == 503 && comeAgain > 0;
    }

    @Override
    public String toString() {
      return status + " " + body;
    }
  }

  Line(URI server) {
    this.server = new InetSocketAddress(server.getHost(), server.getPort());
    this.host = server.getAuthority();
  }

  Answer get(String path, String token) throws IOException {
    return get(path, token, "");
  }

  /// @param more further header lines, each with its line end
  Answer get(String path, String token, String more) throws IOException {
    return exchange(head("GET", path, token) + more + "\r\n", new byte[0]);
  }

  /// @param more further header lines, each with its line end
  Answer post(String path, String token, String more, byte[] body) throws IOException {
    String head =
        head("POST", path, token)
            + "Content-Type: application/json\r\n"
            + more
            + "Content-Length: "
            + body.length
            + "\r\n\r\n";
    return exchange(head, body);
  }

  private String head(String method, String path, String token) {
    return method
        + " "
        + path
        + " HTTP/1.1\r\nHost: "
        + host
        + "\r\nAuthorization: Bearer "
        + token
        + "\r\n";
  }

  private Answer exchange(String head, byte[] body) throws IOException {
    byte[] begin = head.getBytes(StandardCharsets.US_ASCII);
    byte[] request = new byte[begin.length + body.length];
    System.arraycopy(begin, 0, request, 0, begin.length);
    System.arraycopy(body, 0, request, begin.length, body.length);
    boolean kept = socket != null;
    try {
      return exchange(request);
    } catch (EOFException | SocketException idle) {
      // A server may close a connection that was idle, or be killed; on a new one this says
      // something.
      close();
      if (!kept) {
        throw idle;
      }
      return exchange(request);
    } catch (IOException failure) {
      close();
      throw failure;
    }
  }

  private Answer exchange(byte[] request) throws IOException {
    Socket open = connected();
    open.getOutputStream().write(request);
    String status = header();
    int length = 0;
    int comeAgain = 0;
    boolean chunked = false;
    boolean last = false;
    for (String line = header(); !line.isEmpty(); line = header()) {
      String lower = line.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Integer.parseInt(lower.substring(15).strip());
      }
      if (lower.startsWith("retry-after:")) {
        comeAgain = Integer.parseInt(lower.substring(12).strip());
      }
      chunked |= lower.startsWith("transfer-encoding:") && lower.contains("chunked");
      last |= lower.startsWith("connection:") && lower.contains("close");
    }
    int code = Integer.parseInt(status.substring(9, 12));
    boolean bodiless = code == 204 || code == 304;
    byte[] body = bodiless ? new byte[0] : chunked ? chunks() : bytes(length);
    if (last) {
      close();
    }
    return new Answer(code, new String(body, StandardCharsets.UTF_8), comeAgain);
  }

  private Socket connected() throws IOException {
    Socket present = socket;
    if (present == null) {
      present = new Socket();
      present.setTcpNoDelay(true);
      present.setSoTimeout((int) LONGEST.toMillis());
      present.connect(server, (int) LONGEST.toMillis());
      in = new BufferedInputStream(present.getInputStream());
      socket = present;
    }
    return present;
  }

  private byte[] chunks() throws IOException {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    while (true) {
      int size = Integer.parseInt(header().split(";", 2)[0].strip(), 16);
      whole.write(bytes(size));
      header();
      if (size == 0) {
        return whole.toByteArray();
      }
    }
  }

  private byte[] bytes(int count) throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw new EOFException("the answer was cut off");
    }
    return bytes;
  }

  private String header() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0 || line.length() > LONGEST_HEADER) {
        throw new EOFException("the connection was closed");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  @Override
  public void close() {
    Socket present = socket;
    socket = null;
    if (present != null) {
      try {
        present.close();
      } catch (IOException gone) {
        // which is what was wanted
      }
    }
  }
}
