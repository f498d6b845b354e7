package dev.muster.cli.demo;

import dev.muster.cli.client.Failure;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The processes of a demo, stopped in the reverse order of their start: the devices before the
/// server that they speak to.
final class Stage implements AutoCloseable {

  private final Programs programs;
  private final PrintWriter out;
  private final Duration patience;
  private final Deque<Child> children = new ArrayDeque<>();
  private boolean closed;

  Stage(Programs programs, PrintWriter out, Duration patience) {
    this.programs = programs;
    this.out = out;
    this.patience = patience;
  }

  Child startServer(int port, @Nullable Integer grpcPort, DemoLogin admin) {
    var environment =
        Map.of(
            "MUSTER_ADMIN_EMAIL", admin.email(),
            "MUSTER_ADMIN_PASSWORD", admin.password(),
            // so that a device which somebody registers by hand does what it is told
            "MUSTER_ACTION_SIMULATE", "true");
    return start(() ->
        Child.start(
            "server", programs.log("server"), environment, programs.server(port, grpcPort)));
  }

  Child startSimulator(int devices, URI server, Path token) {
    return start(() ->
        Child.start(
            "simulator",
            programs.log("simulator"),
            Map.of(),
            programs.simulator(devices, server, token)));
  }

  private synchronized Child start(Supplier<Child> starter) {
    if (closed) {
      throw new Failure.Local("The demo is being stopped.", null);
    }
    Child child = starter.get();
    children.push(child);
    return child;
  }

  /// On Ctrl-C and SIGTERM everything is stopped, and the process ends with 0: being stopped is how
  /// a demo ends well. The JVM's own code for a signal can be replaced by halting only.
  void stopWithThisProcess() {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  if (close("\nStopping…")) {
                    out.println("Stopped.");
                    out.flush();
                    Runtime.getRuntime().halt(0);
                  }
                },
                "stop-demo"));
  }

  @Override
  public void close() {
    boolean _ = close("");
  }

  /// Stops what runs; false when that was done before.
  private synchronized boolean close(String announcement) {
    if (closed) {
      return false;
    }
    closed = true;
    out.println(announcement);
    out.flush();
    children.forEach(child -> child.stop(patience));
    return true;
  }
}
