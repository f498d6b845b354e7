package dev.muster.server.rpc;

import dev.muster.server.platform.Settings;
import dev.muster.server.tls.CertificateFiles;
import dev.muster.server.tls.CertificateWatch;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import jakarta.inject.Singleton;
import java.util.Optional;
import javax.net.ssl.SSLException;

/// The certificate of the gRPC port: that of HTTP, of the same files, and a new one as soon as HTTP
/// takes it. Connections that are open stay as they are.
@Singleton
final class ServerKey {
  private final Settings.Tls settings;
  private final CertificateWatch watch;

  ServerKey(Settings settings, CertificateWatch watch) {
    this.settings = settings.tls();
    this.watch = watch;
  }

  /// TLS 1.2 or 1.3; absent when the server has no certificate.
  Optional<SslContext> context() {
    return CertificateFiles.of(settings).map(_ -> reloading());
  }

  private SslContext reloading() {
    AdvancedTlsX509KeyManager key = new AdvancedTlsX509KeyManager();
    watch.onCertificate(
        identity -> key.updateIdentityCredentials(identity.chainAsArray(), identity.key()));
    try {
      return GrpcSslContexts.configure(SslContextBuilder.forServer(key), SslProvider.JDK)
          .protocols("TLSv1.3", "TLSv1.2")
          .build();
    } catch (SSLException failure) {
      throw new IllegalStateException("TLS cannot be set up for gRPC", failure);
    }
  }
}
