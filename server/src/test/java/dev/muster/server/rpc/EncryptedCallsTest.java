package dev.muster.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.fleet.DeviceManagementServiceGrpc;
import dev.muster.fleet.GetServerInfoRequest;
import dev.muster.fleet.GetServerInfoResponse;
import dev.muster.server.platform.GrpcAddress;
import dev.muster.server.testing.EncryptedServer;
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
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/// The port with the certificate of HTTP, and clients that trust one certificate each.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@TestProfile(EncryptedServer.class)
@SuppressWarnings("NullAway.Init") // injected
class EncryptedCallsTest {

  @Inject CertificateWatch watch;
  @Inject GrpcAddress address;

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
    EncryptedServer.write(first);
    watch.look();
    ManagedChannel open = trusting(first);
    try {
      GetServerInfoResponse info = ask(open);
      assertThat(info.getGrpcTls()).isTrue();
      assertThat(info.getUrl()).startsWith("https://localhost");

      TestCertificate second = TestCertificate.of("-keyalg", "RSA", "-validity", "3650");
      EncryptedServer.write(second);
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
