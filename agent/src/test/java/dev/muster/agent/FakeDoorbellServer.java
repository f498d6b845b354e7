package dev.muster.agent;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// The server's side of a doorbell, by hand: it takes one WebSocket at a time and says what the
/// test tells it to (RFC 6455).
final class FakeDoorbellServer implements AutoCloseable {
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  private final ServerSocket listening = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());

  FakeDoorbellServer() throws IOException {}

  ServerAddress address() {
    return ServerAddress.parse("http://127.0.0.1:" + listening.getLocalPort());
  }

  /// Waits for the next agent that connects.
  Visit accept() throws IOException {
    Socket socket = listening.accept();
    BufferedReader in =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
    List<String> head = new ArrayList<>();
    for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
      head.add(line);
    }
    return new Visit(socket, head);
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }

  /// One connection of an agent.
  record Visit(Socket socket, List<String> head) implements AutoCloseable {
    void open() throws IOException {
      send(
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              + "Sec-WebSocket-Accept: "
              + accept(header("Sec-WebSocket-Key"))
              + "\r\n\r\n");
    }

    void refuse() throws IOException {
      send("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }

    /// Sends a text of less than 126 bytes, in one frame.
    void say(String text) throws IOException {
      frame(0x81, text);
    }

    /// Sends a text in two frames.
    void sayInParts(String one, String other) throws IOException {
      frame(0x01, one);
      frame(0x80, other);
    }

    String header(String name) {
      return head.stream()
          .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
          .map(line -> line.substring(name.length() + 1).strip())
          .findFirst()
          .orElse("");
    }

    private void frame(int kind, String text) throws IOException {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      OutputStream out = socket.getOutputStream();
      out.write(kind);
      out.write(bytes.length);
      out.write(bytes);
      out.flush();
    }

    private void send(String head) throws IOException {
      socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
    }

    private static String accept(String key) {
      try {
        byte[] digest =
            MessageDigest.getInstance("SHA-1")
                .digest((key + GUID).getBytes(StandardCharsets.ISO_8859_1));
        return Base64.getEncoder().encodeToString(digest);
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
