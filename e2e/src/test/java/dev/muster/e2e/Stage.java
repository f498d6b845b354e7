package dev.muster.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// What a test has started, and the folder that it works in. Closing it ends all of it, the newest
/// first. The folder is kept until the same test runs again, for who wants to know what happened.
final class Stage {
  private final Path folder;
  private final Deque<AutoCloseable> started = new ArrayDeque<>();

  Stage(Class<?> test) {
    folder = Path.of("target", "stages", test.getSimpleName()).toAbsolutePath();
    deleteTree(folder);
  }

  /// A folder of its own for one of the actors.
  Path folder(String name) {
    return folder.resolve(name);
  }

  ServerPlan server(String name) {
    return ServerPlan.in(folder(name));
  }

  ServerProcess start(ServerPlan plan) {
    return keep(ServerProcess.start(plan));
  }

  Program start(String name, Map<String, String> environment, String... args) {
    return keep(Program.start(folder(name), environment, List.of(args)));
  }

  /// Ends `actor` with the stage.
  synchronized <T extends AutoCloseable> T keep(T actor) {
    started.push(actor);
    return actor;
  }

  /// Ends all of it, also when one does not end well.
  synchronized void close() throws Exception {
    if (started.isEmpty()) {
      return;
    }
    try {
      started.pop().close();
    } finally {
      close();
    }
  }

  private static void deleteTree(Path root) {
    if (!Files.exists(root)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
