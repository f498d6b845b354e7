package dev.muster.agent;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Runs something that has no end of its own until the process is told to stop (SIGTERM or Ctrl-C),
/// and lets it put its things away before the process is gone.
final class UntilStopped {
  private static final Duration PATIENCE = Duration.ofSeconds(8);

  private UntilStopped() {}

  /// A thing that runs until its thread is interrupted.
  interface Work {
    void run() throws IOException, InterruptedException;
  }

  static void run(Work work) throws IOException {
    Thread worker = Thread.currentThread();
    CountDownLatch done = new CountDownLatch(1);
    Thread hook =
        new Thread(
            () -> {
              worker.interrupt();
              awaitPatiently(done);
            },
            "stop");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      work.run();
    } catch (InterruptedException _) {
      // It was told to stop, and did.
    } finally {
      done.countDown();
    }
  }

  private static void awaitPatiently(CountDownLatch done) {
    try {
      boolean _ = done.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
