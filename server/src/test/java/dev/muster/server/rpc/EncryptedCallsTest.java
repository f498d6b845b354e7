package dev.muster.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.fleet.DeviceManagementServiceGrpc;
import dev.muster.fleet.GetServerInfoRequest;
import dev.muster.fleet.GetServerInfoResponse;
import dev.muster.server.platform.GrpcAddress;
import dev.muster.server.testing.ServerUnderTest;
import dev.muster.server.testing.TestCertificate;
import dev.muster.server.tls.CertificateWatch;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslProvider;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// The port with the certificate of HTTP, and clients that trust one certificate each.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@TestProfile(EncryptedCallsTest.Encrypted.class)
@SuppressWarnings("NullAway.Init") // injected
class EncryptedCallsTest {
  private static final Path FOLDER = Path.of("target/grpc-tls-test").toAbsolutePath();
  private static final Path CERTIFICATE = FOLDER.resolve("tls.crt");
  private static final Path KEY = FOLDER.resolve("tls.key");

  public static final class Encrypted implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      try {
        Files.createDirectories(FOLDER);
        write(TestCertificate.valid());
      } catch (IOException failure) {
        throw new UncheckedIOException(failure);
      }
      Map<String, String> properties = new TreeMap<>();
      properties.put("muster.tls.certificate", CERTIFICATE.toString());
      properties.put("muster.tls.key", KEY.toString());
      properties.put("muster.tls.reload-every", "1h");
      properties.put("quarkus.tls.muster.key-store.pem.0.cert", CERTIFICATE.toString());
      properties.put("quarkus.tls.muster.key-store.pem.0.key", KEY.toString());
      return properties;
    }
  }

  @Inject CertificateWatch watch;
  @Inject GrpcAddress address;

  private static void write(TestCertificate made) throws IOException {
    Files.writeString(CERTIFICATE, made.certificatePem());
    Files.writeString(KEY, made.keyPem());
  }

  private ManagedChannel trusting(TestCertificate trusted) throws IOException {
    return NettyChannelBuilder.forAddress("localhost", address.port().orElseThrow())
        .sslContext(
            GrpcSslContexts.configure(GrpcSslContexts.forClient(), SslProvider.JDK)
                .trustManager(trusted.certificate())
                .build())
        .build();
  }

  private static GetServerInfoResponse ask(ManagedChannel channel) {
    return DeviceManagementServiceGrpc.newBlockingStub(channel)
        .getServerInfo(GetServerInfoRequest.getDefaultInstance());
  }

  @Test
  void aNewCertificateIsShownToNewConnectionsAndOpenOnesStay() throws IOException {
    TestCertificate first = TestCertificate.valid();
    write(first);
    watch.look();
    ManagedChannel open = trusting(first);
    try {
      GetServerInfoResponse info = ask(open);
      assertThat(info.getGrpcTls()).isTrue();
      assertThat(info.getUrl()).startsWith("https://localhost");

      TestCertificate second = TestCertificate.of("-keyalg", "RSA", "-validity", "3650");
      write(second);
      watch.look();
      ManagedChannel fresh = trusting(second);
      ManagedChannel late = trusting(first);
      try {
        assertThat(ask(fresh).getGrpcTls()).isTrue();
        assertThat(ask(open).getGrpcTls()).isTrue();
        assertThatThrownBy(() -> ask(late)).isInstanceOf(StatusRuntimeException.class);
      } finally {
        fresh.shutdownNow();
        late.shutdownNow();
      }
    } finally {
      open.shutdownNow();
    }
  }

  @Test
  void onAPortOfTlsNothingElseIsSpoken() {
    ManagedChannel plain =
        NettyChannelBuilder.forAddress("localhost", address.port().orElseThrow())
            .usePlaintext()
            .build();
    try {
      assertThatThrownBy(() -> ask(plain)).isInstanceOf(StatusRuntimeException.class);
    } finally {
      plain.shutdownNow();
    }
  }
}
