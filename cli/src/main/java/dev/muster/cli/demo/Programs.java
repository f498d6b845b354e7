package dev.muster.cli.demo;

import dev.muster.cli.client.Failure;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The command lines of the demo's processes, as the launcher would run them. `root` is Muster's
/// folder, where they are built; `data` is the demo's.
record Programs(Path root, Path data) {

  List<String> server(int port, @Nullable Integer grpcPort) {
    var command =
        new ArrayList<>(
            List.of(
                java(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-jar",
                root.resolve("server/target/quarkus-app/quarkus-run.jar").toString(),
                "server",
                "--port",
                String.valueOf(port),
                "--data",
                data.toString()));
    if (grpcPort != null) {
      command.addAll(List.of("--grpc-port", String.valueOf(grpcPort)));
    }
    return command;
  }

  List<String> simulator(int devices, URI server, Path token) {
    Path target = root.resolve("agent/target");
    return List.of(
        java(),
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        jar(target) + File.pathSeparator + target.resolve("lib") + "/*",
        "dev.muster.agent.Main",
        "simulate",
        "--devices",
        String.valueOf(devices),
        "--server",
        server.toString(),
        "--state",
        data.resolve("simulator").toString(),
        "--token-file",
        token.toString(),
        // Five minutes, as devices in the field have it, would show nothing in a demo.
        "--heartbeat-interval",
        "30s");
  }

  Path log(String name) {
    return data.resolve("logs").resolve(name + ".log");
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  private static Path jar(Path target) {
    try (var files = Files.list(target)) {
      return files
          .filter(file -> file.getFileName().toString().matches("muster-agent-[0-9.]+\\.jar"))
          .findFirst()
          .orElseThrow(() -> notBuilt(target, null));
    } catch (IOException e) {
      throw notBuilt(target, e);
    }
  }

  private static Failure notBuilt(Path target, @Nullable IOException cause) {
    return new Failure.Local(
        "The agent is not built in " + target + ": start the demo with ./muster demo.", cause);
  }
}
