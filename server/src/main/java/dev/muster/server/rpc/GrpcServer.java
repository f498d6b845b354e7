package dev.muster.server.rpc;

import dev.muster.server.platform.GrpcAddress;
import dev.muster.server.platform.Settings;
import dev.muster.server.platform.Settings.ServerRole;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.quarkus.arc.All;
import io.quarkus.logging.Log;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The gRPC server of this node: a port of its own, opened when everything else has started and
/// closed before anything else is stopped. Calls run on virtual threads, so a service may block.
///
/// Limits keep what a hostile client can hold small: of a message, of metadata, of the calls of one
/// connection, of idle and dead connections, of pings, and of calls that are opened and reset.
@Singleton
final class GrpcServer {
  static final int LARGEST_MESSAGE = 4 << 20;
  private static final int LARGEST_METADATA = 16 << 10;
  private static final int MOST_CALLS_OF_A_CONNECTION = 200;
  private static final int MOST_RESETS = 400;
  private static final int RESETS_SECONDS = 10;
  private static final int PATIENCE_SECONDS = 5;
  private static final int HEALTH_SECONDS = 2;
  private static final int AFTER_EVERYTHING = 5_000;
  private static final int BEFORE_EVERYTHING = 10;

  private final Settings settings;
  private final GrpcAddress address;
  private final List<RpcService> services;
  private final Gatehouse gate;
  private final ServingHealth health;
  private final ServerKey key;
  private @Nullable Server server;
  private @Nullable ScheduledExecutorService ticker;

  GrpcServer(
      Settings settings,
      GrpcAddress address,
      @All List<RpcService> services,
      Gatehouse gate,
      ServingHealth health,
      ServerKey key) {
    this.settings = settings;
    this.address = address;
    this.services = services;
    this.gate = gate;
    this.health = health;
    this.key = key;
  }

  void start(@Observes @Priority(AFTER_EVERYTHING) StartupEvent event) {
    if (settings.roles().contains(ServerRole.API)) {
      NettyServerBuilder builder = limited();
      key.context().ifPresent(builder::sslContext);
      services.forEach(service -> add(builder, service));
      addOpen(builder, health.service());
      addOpen(builder, ProtoReflectionServiceV1.newInstance());
      addOpen(builder, olderReflection());
      gate.interceptors().reversed().forEach(builder::intercept);
      health.look();
      open(builder.fallbackHandlerRegistry(new UnknownMethods()));
    }
  }

  /// The one that many clients still ask.
  @SuppressWarnings("deprecation")
  private static BindableService olderReflection() {
    return ProtoReflectionService.newInstance();
  }

  private NettyServerBuilder limited() {
    return NettyServerBuilder.forAddress(
            new InetSocketAddress(settings.host(), settings.grpcPort()))
        .executor(Executors.newVirtualThreadPerTaskExecutor())
        .maxInboundMessageSize(LARGEST_MESSAGE)
        .maxInboundMetadataSize(LARGEST_METADATA)
        .maxConcurrentCallsPerConnection(MOST_CALLS_OF_A_CONNECTION)
        .maxRstFramesPerWindow(MOST_RESETS, RESETS_SECONDS)
        .handshakeTimeout(10, TimeUnit.SECONDS)
        .maxConnectionIdle(10, TimeUnit.MINUTES)
        .keepAliveTime(1, TimeUnit.MINUTES)
        .keepAliveTimeout(20, TimeUnit.SECONDS)
        .permitKeepAliveTime(10, TimeUnit.SECONDS)
        .permitKeepAliveWithoutCalls(true);
  }

  /// Messages reach the interceptors as they came, and are read behind them: so one that cannot be
  /// read is answered like any other that is wrong.
  private void add(NettyServerBuilder builder, RpcService service) {
    ServerServiceDefinition bound = service.bindService();
    builder.addService(
        ServerInterceptors.useInputStreamMessages(
            ServerInterceptors.intercept(bound, new StorableText())));
    String name = bound.getServiceDescriptor().getName();
    health.tellOf(name);
    bound.getMethods().forEach(method -> gate.serve(method.getMethodDescriptor(), service));
  }

  private void addOpen(NettyServerBuilder builder, BindableService service) {
    ServerServiceDefinition bound = service.bindService();
    builder.addService(ServerInterceptors.useInputStreamMessages(bound));
    bound.getMethods().forEach(method -> gate.serveOpen(method.getMethodDescriptor()));
  }

  private void open(NettyServerBuilder builder) {
    try {
      Server opened = builder.build().start();
      server = opened;
      address.bound(opened.getPort());
    } catch (IOException failure) {
      throw new IllegalStateException(
          "Port "
              + settings.grpcPort()
              + " on "
              + settings.host()
              + " cannot be used for gRPC ("
              + (failure.getCause() == null ? failure : failure.getCause()).getMessage()
              + "). Stop what uses it, or choose another with --grpc-port PORT.",
          failure);
    }
    // two, because credentials are looked up in a database of whose silence health has to tell
    ScheduledExecutorService looking =
        Executors.newScheduledThreadPool(2, Thread.ofVirtual().name("grpc-watch-", 0).factory());
    ticker = looking;
    every(looking, HEALTH_SECONDS, health::look);
    every(looking, OpenCalls.LOOK_EVERY.toSeconds(), gate.calls()::look);
  }

  private static void every(ScheduledExecutorService ticker, long seconds, Runnable work) {
    var _ =
        ticker.scheduleWithFixedDelay(
            () -> {
              try {
                work.run();
              } catch (RuntimeException failure) {
                Log.error("The gRPC server could not look after itself", failure);
              }
            },
            seconds,
            seconds,
            TimeUnit.SECONDS);
  }

  void stop(@Observes @Priority(BEFORE_EVERYTHING) ShutdownEvent event) {
    close();
  }

  /// A start that fails ends without a ShutdownEvent.
  @PreDestroy
  void close() {
    if (ticker != null) {
      ticker.shutdownNow();
      ticker = null;
    }
    Server open = server;
    if (open != null) {
      server = null;
      health.stop();
      open.shutdown();
      try {
        if (!open.awaitTermination(1, TimeUnit.SECONDS)) {
          gate.calls().endAll();
          open.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
      open.shutdownNow();
    }
  }
}
