package dev.muster.server.web;

import dev.muster.server.platform.HttpSettings;
import dev.muster.server.platform.Settings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.ServerChannel;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.util.Attribute;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.EventExecutor;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Closes the connections of those who send a request, or its body, a byte now and then
/// (slowloris), and those that nobody uses.
///
/// A limit on silence, which is what the HTTP server has, does not see the former. So what counts
/// is how long ago a whole request was there, and not a byte: the connections of each event loop
/// are looked at there a few times within the shortest limit. A connection that is answering, that
/// waits (a poll), or that has become a WebSocket is at work, and left alone. Rejected: a handler
/// in each connection's pipeline, which would have to know HTTP/1, HTTP/2, TLS and upgrades.
@Singleton
public final class SlowConnections {
  private static final AttributeKey<Pace> PACE = AttributeKey.valueOf("muster.pace");
  private static final int BEFORE_ACCESS = Gate.BEFORE_ALL + 2_000;
  private static final Duration LEAST = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
  private static final int LOOKS = 4;

  /// HTTP/2's CANCEL.
  private static final long CANCEL = 8;

  /// A request that is not answered yet.
  private record Open(HttpServerRequest request, long since) {}

  /// Of one connection. A request begins on its event loop, and ends on whichever thread answers.
  private static final class Pace {
    private final List<Open> open = new ArrayList<>(1);
    private long since = System.nanoTime();
    private boolean used;

    synchronized void begin(Open request) {
      open.add(request);
      used = true;
    }

    synchronized void end(Open request) {
      open.remove(request);
      since = System.nanoTime();
    }

    synchronized List<Open> open() {
      return List.copyOf(open);
    }

    synchronized boolean used() {
      return used;
    }

    synchronized boolean isIdleFor(Duration limit, long now) {
      return open.isEmpty() && now - since >= limit.toNanos();
    }
  }

  private final HttpSettings limits;
  private final Vertx vertx;
  private final Counter onRequests;
  private final Counter onBodies;
  private @Nullable Long timer;

  SlowConnections(Settings settings, Vertx vertx, MeterRegistry metrics) {
    this.limits = settings.http();
    this.vertx = vertx;
    this.onRequests = counter(metrics, "request");
    this.onBodies = counter(metrics, "body");
  }

  private static Counter counter(MeterRegistry metrics, String on) {
    return Counter.builder("muster.slow.connections")
        .description("Connections closed because a first request or a body did not come in time")
        .tag("on", on)
        .register(metrics);
  }

  /// What is wrong with the settings, a sentence each.
  public static List<String> mistakes(HttpSettings settings) {
    List<String> sentences = new ArrayList<>();
    require(sentences, "muster.http.first-request", settings.firstRequest());
    require(sentences, "muster.http.keep-alive", settings.keepAlive());
    require(sentences, "muster.http.body", settings.body());
    return sentences;
  }

  private static void require(List<String> sentences, String key, Duration value) {
    if (value.compareTo(LEAST) < 0) {
      sentences.add(key + " must be at least 100ms");
    }
  }

  void register(@Observes Filters filters) {
    filters.register(this::enter, BEFORE_ACCESS);
  }

  void start(@Observes StartupEvent event) {
    timer = vertx.setPeriodic(pause().toMillis(), _ -> look());
  }

  void stop(@Observes ShutdownEvent event) {
    if (timer != null) {
      vertx.cancelTimer(timer);
    }
  }

  private Duration pause() {
    Duration pause = LONGEST_PAUSE;
    for (Duration limit : List.of(limits.firstRequest(), limits.keepAlive(), limits.body())) {
      Duration part = limit.dividedBy(LOOKS);
      pause = part.compareTo(pause) < 0 ? part : pause;
    }
    return pause;
  }

  private void enter(RoutingContext routing) {
    HttpServerRequest request = routing.request();
    if (request.connection() instanceof ConnectionBase connection) {
      Pace pace = pace(connection.channel());
      Open open = new Open(request, System.nanoTime());
      pace.begin(open);
      routing.addEndHandler(_ -> pace.end(open));
    }
    routing.next();
  }

  private static Pace pace(Channel channel) {
    Attribute<Pace> attribute = channel.attr(PACE);
    Pace known = attribute.get();
    if (known != null) {
      return known;
    }
    Pace begun = new Pace();
    Pace other = attribute.setIfAbsent(begun);
    return other == null ? begun : other;
  }

  private void look() {
    for (EventExecutor executor : ((VertxInternal) vertx).getEventLoopGroup()) {
      if (executor instanceof SingleThreadEventLoop loop) {
        loop.execute(() -> look(loop));
      }
    }
  }

  private void look(EventLoop loop) {
    long now = System.nanoTime();
    List<Channel> late = new ArrayList<>(0);
    Iterator<Channel> channels = ((SingleThreadEventLoop) loop).registeredChannelsIterator();
    while (channels.hasNext()) {
      Channel channel = channels.next();
      if (channel.parent() instanceof ServerChannel && isLate(pace(channel), now)) {
        late.add(channel);
      }
    }
    for (Channel channel : late) {
      var _ = channel.close();
    }
  }

  private boolean isLate(Pace pace, long now) {
    for (Open open : pace.open()) {
      if (isLate(open, now) && hangUp(open)) {
        return true;
      }
    }
    boolean used = pace.used();
    boolean late = pace.isIdleFor(used ? limits.keepAlive() : limits.firstRequest(), now);
    if (late && !used) {
      onRequests.increment();
    }
    return late;
  }

  private boolean isLate(Open open, long now) {
    return now - open.since() >= limits.body().toNanos() && !open.request().isEnded();
  }

  /// @return whether the whole connection is to be closed; of HTTP/2 it is the one stream
  private boolean hangUp(Open open) {
    onBodies.increment();
    return !(open.request().version() == HttpVersion.HTTP_2
        && open.request().response().reset(CANCEL));
  }
}
