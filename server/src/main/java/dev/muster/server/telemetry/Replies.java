package dev.muster.server.telemetry;

import io.netty.channel.EventLoop;
import io.vertx.core.http.impl.HttpServerRequestInternal;
import io.vertx.core.impl.ContextInternal;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/// Answers that are to be written by the event loops of their connections: a loop is woken once for
/// many, because at ten thousand a second waking would cost as much as writing.
final class Replies {
  private record Reply(ContextInternal context, Runnable write) {}

  private final Map<EventLoop, Queue<Reply>> waiting = new ConcurrentHashMap<>();

  /// Written at the next [#flush].
  void add(RoutingContext routing, Runnable write) {
    ContextInternal context =
        (ContextInternal) ((HttpServerRequestInternal) routing.request()).context();
    waiting
        .computeIfAbsent(context.nettyEventLoop(), _ -> new ConcurrentLinkedQueue<>())
        .add(new Reply(context, write));
  }

  void flush() {
    waiting.forEach((loop, replies) -> {
      if (!replies.isEmpty()) {
        loop.execute(() -> writeAll(replies));
      }
    });
  }

  private static void writeAll(Queue<Reply> replies) {
    for (Reply reply = replies.poll(); reply != null; reply = replies.poll()) {
      Reply present = reply;
      present.context().emit(_ -> present.write().run());
    }
  }
}
