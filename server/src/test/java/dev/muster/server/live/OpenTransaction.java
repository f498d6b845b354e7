package dev.muster.server.live;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.SynchronousQueue;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/// A transaction that is open until it is told to end, in a thread of its own.
final class OpenTransaction {
  private static final class RolledBack extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private sealed interface Step {}

  private record Run(Consumer<Handle> work, CompletableFuture<Void> done) implements Step {}

  private record End(boolean commit) implements Step {}

  private final SynchronousQueue<Step> steps = new SynchronousQueue<>();
  private final CompletableFuture<Void> over = new CompletableFuture<>();

  OpenTransaction(Database database, OrganizationId organization) {
    Thread.startVirtualThread(() -> {
      try {
        database.in(organization, this::follow);
        over.complete(null);
      } catch (RolledBack _) {
        over.complete(null);
      } catch (RuntimeException failure) {
        over.completeExceptionally(failure);
      }
    });
  }

  private Handle follow(Handle handle) {
    while (true) {
      try {
        switch (steps.take()) {
          case Run run -> {
            run.work().accept(handle);
            run.done().complete(null);
          }
          case End end -> {
            if (end.commit()) {
              return handle;
            }
            throw new RolledBack();
          }
        }
      } catch (InterruptedException stopped) {
        throw new IllegalStateException(stopped);
      }
    }
  }

  void run(Consumer<Handle> work) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    put(new Run(work, done));
    CompletableFuture.anyOf(done, over).join();
  }

  /// From now on it has an id, as one that has written something.
  OpenTransaction identified() {
    run(handle -> ChangeStore.ownTransaction(handle));
    return this;
  }

  void commit() {
    put(new End(true));
    over.join();
  }

  void rollBack() {
    put(new End(false));
    over.join();
  }

  private void put(Step step) {
    try {
      steps.put(step);
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
  }
}
