package dev.muster.server.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/// A mail server on loopback that takes whatever it is sent, but for receivers whose name begins
/// with `nobody` (550) or `busy` (451). One a JVM; class loaders share it by what Java itself
/// keeps.
public final class SmtpSink {
  private static final String PORT = "smtp-sink.port";
  private static final String MAILS = "smtp-sink.mails";

  private SmtpSink() {}

  /// The server's settings to send there.
  public static synchronized Map<String, String> settings() {
    if (System.getProperty(PORT) == null) {
      start();
    }
    return Map.of(
        "muster.smtp.host", "127.0.0.1",
        "muster.smtp.port", System.getProperty(PORT),
        "muster.smtp.from", "muster@example.org",
        "muster.smtp.start-tls", "DISABLED");
  }

  /// What was sent: the receivers, one a line, and the mail.
  public static List<String> mails() {
    return mailbox().stream().map(String::valueOf).toList();
  }

  private static Queue<?> mailbox() {
    return System.getProperties().get(MAILS) instanceof Queue<?> mails
        ? mails
        : new ConcurrentLinkedQueue<>();
  }

  private static void start() {
    Queue<String> mails = new ConcurrentLinkedQueue<>();
    try {
      ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      System.getProperties().put(MAILS, mails);
      System.setProperty(PORT, Integer.toString(server.getLocalPort()));
      Thread.ofVirtual().name("smtp-sink").start(() -> accept(server, mails));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static void accept(ServerSocket server, Queue<String> mails) {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        Thread.ofVirtual().start(() -> serve(socket, mails));
      } catch (IOException stopped) {
        return;
      }
    }
  }

  private static void serve(Socket socket, Queue<String> mails) {
    try (socket;
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        OutputStream out = socket.getOutputStream()) {
      say(out, "220 sink");
      StringBuilder mail = new StringBuilder();
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        String verb =
            line.length() < 4 ? line : line.substring(0, 4).toUpperCase(java.util.Locale.ROOT);
        switch (verb) {
          case "EHLO", "HELO" -> say(out, "250 sink");
          case "RCPT" -> {
            String refusal = refusal(line);
            if (refusal == null) {
              mail.append(line).append('\n');
            }
            say(out, refusal == null ? "250 ok" : refusal);
          }
          case "DATA" -> {
            say(out, "354 go on");
            for (String text = in.readLine();
                text != null && !text.equals(".");
                text = in.readLine()) {
              mail.append(text).append('\n');
            }
            mails.add(mail.toString());
            mail.setLength(0);
            say(out, "250 taken");
          }
          case "QUIT" -> {
            say(out, "221 bye");
            return;
          }
          default -> say(out, "250 ok");
        }
      }
    } catch (IOException _) {
      // the client has gone
    }
  }

  private static @Nullable String refusal(String line) {
    return line.contains("<nobody")
        ? "550 no such user"
        : line.contains("<busy") ? "451 later" : null;
  }

  private static void say(OutputStream out, String line) throws IOException {
    out.write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }
}
