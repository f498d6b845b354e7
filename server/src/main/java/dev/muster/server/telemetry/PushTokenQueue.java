package dev.muster.server.telemetry;

import dev.muster.server.device.DeviceId;
import dev.muster.server.doorbell.Doorbells;
import dev.muster.server.doorbell.PushToken;
import io.quarkus.logging.Log;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// Push tokens on their way out of heartbeats, many in one transaction: after a start no node
/// remembers any, and a whole fleet says its tokens within minutes. One thread writes while there
/// are some. Where there is no room a token is left to the next heartbeat, which says it again.
@Singleton
class PushTokenQueue {
  static final int MOST = 2_000;
  private static final int BATCH = 500;

  private final Consumer<Collection<PushToken>> write;
  private final BlockingQueue<PushToken> queue = new ArrayBlockingQueue<>(MOST);
  private final AtomicBoolean writing = new AtomicBoolean();
  private volatile Consumer<PushToken> written = _ -> {};

  @Inject
  PushTokenQueue(Doorbells doorbells) {
    this(doorbells::pushTo);
  }

  PushTokenQueue(Consumer<Collection<PushToken>> write) {
    this.write = write;
  }

  /// Calls `hook` with each token that is stored.
  void onWritten(Consumer<PushToken> hook) {
    written = hook;
  }

  /// Says whether there was room.
  boolean offer(PushToken token) {
    boolean room = queue.offer(token);
    if (writing.compareAndSet(false, true)) {
      Thread.startVirtualThread(this::writeAll);
    }
    return room;
  }

  private void writeAll() {
    do {
      List<PushToken> batch = new ArrayList<>();
      while (queue.drainTo(batch, BATCH) > 0) {
        write(batch);
        batch.clear();
      }
      writing.set(false);
      // whoever came in between has seen a writer
    } while (!queue.isEmpty() && writing.compareAndSet(false, true));
  }

  private void write(List<PushToken> batch) {
    Map<DeviceId, PushToken> newest = new LinkedHashMap<>();
    batch.forEach(token -> newest.put(token.device(), token));
    try {
      write.accept(newest.values());
      newest.values().forEach(written);
    } catch (RuntimeException | Error failure) {
      Log.warn("Push tokens of heartbeats were not taken", failure);
    }
  }
}
