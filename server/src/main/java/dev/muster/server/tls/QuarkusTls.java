package dev.muster.server.tls;

import dev.muster.server.platform.Settings;
import java.util.Map;

/// Says in Quarkus's settings what Muster's settings mean by TLS.
public final class QuarkusTls {
  /// The certificate's entry in Quarkus's TLS registry.
  public static final String NAME = "muster";

  private QuarkusTls() {}

  /// Empty without TLS. With it, the port of HTTP speaks TLS and nothing else, of version 1.2 or
  /// 1.3.
  public static Map<String, String> properties(Settings settings) {
    return CertificateFiles.of(settings.tls())
        .map(files ->
            Map.of(
                "quarkus.tls." + NAME + ".key-store.pem.0.cert",
                files.certificate().toAbsolutePath().toString(),
                "quarkus.tls." + NAME + ".key-store.pem.0.key",
                files.key().toAbsolutePath().toString(),
                "quarkus.tls." + NAME + ".protocols",
                "TLSv1.3,TLSv1.2",
                "quarkus.http.tls-configuration-name",
                NAME,
                "quarkus.http.insecure-requests",
                "disabled",
                "quarkus.http.ssl-port",
                Integer.toString(settings.port())))
        .orElse(Map.of());
  }
}
