package dev.muster.agent.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/// Threads of loops, each of which ends when it is interrupted.
final class LoopThreads {
  /// How long a loop may take to let go of what it is doing.
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final ThreadFactory factory;
  private final List<Thread> threads = new ArrayList<>();

  LoopThreads(ThreadFactory factory) {
    this.factory = factory;
  }

  /// A loop that ends when its thread is interrupted.
  interface Loop {
    void run() throws InterruptedException;
  }

  void start(String name, Loop loop) {
    Thread thread =
        factory.newThread(() -> {
          try {
            loop.run();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    thread.setName(name);
    threads.add(thread);
    thread.start();
  }

  /// Interrupts all, and waits until they have ended, but not for ever.
  void stop() {
    threads.forEach(Thread::interrupt);
    boolean interrupted = Thread.interrupted();
    long end = System.nanoTime() + PATIENCE.toNanos();
    for (Thread thread : threads) {
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      try {
        if (left > 0) {
          thread.join(left);
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
