package dev.muster.server;

import dev.muster.server.edge.PublicUrl;
import dev.muster.server.platform.GrpcAddress;
import dev.muster.server.platform.Settings;
import dev.muster.server.web.WarmUp;
import io.quarkus.logging.Log;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;

/// Runs from the moment at which the server answers until it is told to stop.
final class Application implements QuarkusApplication {
  private final Settings settings;
  private final PublicUrl publicUrl;
  private final GrpcAddress grpc;
  private final WarmUp warmUp;

  Application(Settings settings, PublicUrl publicUrl, GrpcAddress grpc, WarmUp warmUp) {
    this.settings = settings;
    this.publicUrl = publicUrl;
    this.grpc = grpc;
    this.warmUp = warmUp;
  }

  private String grpc() {
    return grpc.port().isPresent()
        ? settings.host() + ":" + grpc.port().getAsInt() + (grpc.isEncrypted() ? " (TLS)" : "")
        : "none on this node";
  }

  @Override
  public int run(String... args) {
    int _ = warmUp.run();
    String scheme = settings.tls().certificate().isPresent() ? "https" : "http";
    String address =
        publicUrl.base().orElse(scheme + "://" + settings.host() + ":" + settings.port());
    if (settings.logFormat() == Settings.LogFormat.JSON) {
      // what reads the log expects nothing but objects
      Log.infof("Muster %s is ready at %s", Version.text(), address);
      Quarkus.waitForExit();
      return 0;
    }
    System.out.println(
        """
        Muster %s is ready at %s
          API page   %s/docs
          gRPC       %s
          Database   %s
          Data       %s
          Stop it    Ctrl-C, or kill -TERM %d\
        """
            .formatted(
                Version.text(),
                address,
                address,
                grpc(),
                settings
                    .databaseUrl()
                    .map(_ -> "external PostgreSQL")
                    .orElse("embedded PostgreSQL"),
                settings.data().toAbsolutePath().normalize(),
                ProcessHandle.current().pid()));
    if (settings.open()) {
      System.out.println("  Open mode: callers without credentials act as an admin.");
    }
    Quarkus.waitForExit();
    return 0;
  }
}
