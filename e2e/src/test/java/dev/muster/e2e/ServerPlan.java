package dev.muster.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// How a server is started. Starting one plan twice is the same server again: its ports and its
/// data stay.
record ServerPlan(
    Path folder, int port, int grpcPort, Map<String, String> environment, List<String> flags) {
  static final String ADMIN = "admin@example.com";
  static final String PASSWORD = "correct horse battery staple";

  /// A server with free ports and its data in `folder`.
  static ServerPlan in(Path folder) {
    return new ServerPlan(
        folder,
        freePort(),
        freePort(),
        Map.of(
            "MUSTER_ADMIN_EMAIL",
            ADMIN,
            "MUSTER_ADMIN_PASSWORD",
            PASSWORD,
            // Tests start more often than they run for long.
            "JDK_JAVA_OPTIONS",
            "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx512m"),
        List.of());
  }

  ServerPlan set(String variable, String value) {
    Map<String, String> more = new HashMap<>(environment);
    more.put(variable, value);
    return new ServerPlan(folder, port, grpcPort, Map.copyOf(more), flags);
  }

  ServerPlan flags(String... words) {
    return new ServerPlan(folder, port, grpcPort, environment, List.of(words));
  }

  ServerPlan onPort(int other) {
    return new ServerPlan(folder, other, freePort(), environment, flags);
  }

  ServerPlan onFreePort() {
    return onPort(freePort());
  }

  Path data() {
    return folder.resolve("data");
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + port);
  }

  List<String> args() {
    List<String> args =
        new ArrayList<>(
            List.of(
                "server",
                "--port",
                Integer.toString(port),
                "--grpc-port",
                Integer.toString(grpcPort),
                "--data",
                data().toString()));
    args.addAll(flags);
    return args;
  }

  private static int freePort() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
