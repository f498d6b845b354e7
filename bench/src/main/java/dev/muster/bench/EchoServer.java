package dev.muster.bench;

import dev.muster.fleet.DeviceInfo;
import dev.muster.fleet.DeviceManagementServiceGrpc.DeviceManagementServiceImplBase;
import dev.muster.fleet.GetDeviceInfoRequest;
import dev.muster.fleet.GetDeviceInfoResponse;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Executors;

/// What the gRPC stack costs by itself: GetDeviceInfo that answers with what it was asked for, on
/// the stack that the server runs on, in a process of its own.
final class EchoServer implements AutoCloseable {
  private final Process process;
  private final int port;

  private EchoServer(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  static EchoServer start() throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                EchoServer.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
    BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
    String line = output.readLine();
    if (line == null) {
      throw new IOException("the echo server did not start");
    }
    return new EchoServer(process, Integer.parseInt(line));
  }

  int port() {
    return port;
  }

  @Override
  public void close() {
    process.destroy();
  }

  /// Prints its port and serves until it is ended.
  static void main() throws IOException, InterruptedException {
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .addService(new Echo())
            .build()
            .start();
    System.out.println(server.getPort());
    server.awaitTermination();
  }

  private static final class Echo extends DeviceManagementServiceImplBase {
    @Override
    public void getDeviceInfo(
        GetDeviceInfoRequest request, StreamObserver<GetDeviceInfoResponse> observer) {
      observer.onNext(
          GetDeviceInfoResponse.newBuilder()
              .setSuccess(true)
              .setMessage("Device information retrieved successfully")
              .setDeviceInfo(
                  DeviceInfo.newBuilder()
                      .setDeviceId(request.getDeviceId())
                      .setDeviceName(request.getDeviceId()))
              .build());
      observer.onCompleted();
    }
  }
}
