package dev.muster.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.HdrHistogram.Histogram;

/// HTTP POSTs over many connections that are kept, by one thread: what it costs is little beside
/// what it measures. Closed loop: a connection sends its next request when it has the answer to the
/// one before; with a rate, at its time, and what came late counts from when it was due.
final class Blast {
  private static final long LONGEST_MICROS = 120_000_000;
  private static final byte[] LENGTH = "content-length: ".getBytes(StandardCharsets.US_ASCII);

  /// What came of a run.
  ///
  /// @param failures answers other than 200
  record Result(long done, long failures, Duration took, Histogram micros) {
    double perSecond() {
      return done / (took.toNanos() / 1e9);
    }

    double millis(double percentile) {
      return micros.getValueAtPercentile(percentile) / 1e3;
    }
  }

  private static final class Line {
    final SocketChannel channel;
    final ByteBuffer in = ByteBuffer.allocate(4096);
    ByteBuffer out = ByteBuffer.allocate(0);
    long due;
    boolean waiting;

    Line(SocketChannel channel) {
      this.channel = channel;
    }
  }

  private final InetSocketAddress server;
  private final int connections;
  private final LongFunction<byte[]> requests;

  /// @param requests the whole request of a number, from 0
  Blast(URI server, int connections, LongFunction<byte[]> requests) {
    this.server = new InetSocketAddress(server.getHost(), server.getPort());
    this.connections = connections;
    this.requests = requests;
  }

  /// A POST as it goes over the line.
  static byte[] post(String path, String token, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    String head =
        "POST "
            + path
            + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
            + token
            + "\r\nContent-Type: application/json\r\nContent-Length: "
            + bytes.length
            + "\r\n\r\n";
    byte[] start = head.getBytes(StandardCharsets.US_ASCII);
    byte[] whole = new byte[start.length + bytes.length];
    System.arraycopy(start, 0, whole, 0, start.length);
    System.arraycopy(bytes, 0, whole, start.length, bytes.length);
    return whole;
  }

  /// Requests from number `first` on.
  ///
  /// @param most how many; none are sent any more when the time is over
  /// @param rate a second; 0 for as fast as they are answered
  Result run(long first, long most, Duration atMost, int rate) throws IOException {
    Histogram micros = new Histogram(LONGEST_MICROS, 3);
    long begin = System.nanoTime();
    long end = begin + atMost.toNanos();
    long next = 0;
    long done = 0;
    long failures = 0;
    int busy = 0;
    List<Line> idle = new ArrayList<>();
    try (Selector selector = Selector.open()) {
      for (int i = 0; i < connections; i++) {
        idle.add(open(selector));
      }
      List<SocketChannel> all = new ArrayList<>();
      idle.forEach(line -> all.add(line.channel));
      while (true) {
        long now = System.nanoTime();
        while (!idle.isEmpty()
            && next < most
            && now < end
            && (rate == 0 || begin + next * 1_000_000_000L / rate <= now)) {
          Line line = idle.removeLast();
          line.due = rate == 0 ? now : begin + next * 1_000_000_000L / rate;
          line.out = ByteBuffer.wrap(requests.apply(first + next));
          line.waiting = true;
          send(line);
          next++;
          busy++;
        }
        if (busy == 0 && (next >= most || now >= end)) {
          break;
        }
        selector.select(rate == 0 ? 1_000 : 1);
        for (SelectionKey key : selector.selectedKeys()) {
          Line line = (Line) key.attachment();
          if (line.out.hasRemaining()) {
            send(line);
          }
          int status = receive(line);
          if (status > 0) {
            micros.recordValue(Math.min(LONGEST_MICROS, (System.nanoTime() - line.due) / 1_000));
            done += status == 200 ? 1 : 0;
            failures += status == 200 ? 0 : 1;
            idle.add(line);
            busy--;
          }
        }
        selector.selectedKeys().clear();
      }
      for (SocketChannel channel : all) {
        channel.close();
      }
    }
    return new Result(done, failures, Duration.ofNanos(System.nanoTime() - begin), micros);
  }

  private Line open(Selector selector) throws IOException {
    SocketChannel channel = SocketChannel.open(server);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.configureBlocking(false);
    Line line = new Line(channel);
    channel.register(selector, SelectionKey.OP_READ, line);
    return line;
  }

  private static void send(Line line) throws IOException {
    do {
      line.channel.write(line.out);
    } while (line.out.hasRemaining()); // a request is small beside a socket's buffer
  }

  /// The status of the answer when it is whole, else 0.
  private static int receive(Line line) throws IOException {
    if (!line.waiting || line.channel.read(line.in) < 0) {
      throw new IOException(
          "the server closed a connection"
              + (line.waiting ? " amid a request" : ", or said more than it was asked"));
    }
    byte[] bytes = line.in.array();
    int length = line.in.position();
    int bodyStart = 0;
    for (int i = 3; i < length && bodyStart == 0; i++) {
      if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n') {
        bodyStart = i + 1;
      }
    }
    if (bodyStart == 0 || length < bodyStart + contentLength(bytes, bodyStart)) {
      return 0;
    }
    line.in.clear();
    line.waiting = false;
    return 100 * (bytes[9] - '0') + 10 * (bytes[10] - '0') + (bytes[11] - '0');
  }

  private static int contentLength(byte[] bytes, int end) {
    for (int i = 0; i + LENGTH.length < end; i++) {
      int j = 0;
      while (j < LENGTH.length && (bytes[i + j] | 0x20) == LENGTH[j]) {
        j++;
      }
      if (j == LENGTH.length) {
        int value = 0;
        for (int k = i + j; bytes[k] >= '0' && bytes[k] <= '9'; k++) {
          value = 10 * value + bytes[k] - '0';
        }
        return value;
      }
    }
    return 0;
  }
}
