package dev.muster.server.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.platform.Health;
import dev.muster.server.testing.EncryptedServer;
import dev.muster.server.testing.ServerUnderTest;
import dev.muster.server.testing.TestCertificate;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.cert.X509Certificate;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The server with a certificate of its own, and real clients.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@TestProfile(EncryptedServer.class)
@SuppressWarnings("NullAway.Init") // injected
class TlsTest {

  @TestHTTPResource(tls = true)
  URI server;

  @Inject CertificateWatch watch;
  @Inject Health health;
  TestCertificate first;

  @BeforeEach
  void startWithAFreshCertificate() throws IOException {
    first = TestCertificate.valid();
    EncryptedServer.write(first);
    watch.look();
  }

  private SSLSocket connect(SSLContext context, String... protocols) throws IOException {
    SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", server.getPort());
    socket.setSoTimeout(20_000);
    if (protocols.length > 0) {
      socket.setEnabledProtocols(protocols);
    }
    socket.startHandshake();
    return socket;
  }

  private static X509Certificate shownTo(SSLSocket socket) throws IOException {
    return (X509Certificate) socket.getSession().getPeerCertificates()[0];
  }

  /// The head of the answer to a request on a connection that stays open.
  private static String ask(Socket socket) throws IOException {
    socket
        .getOutputStream()
        .write(
            "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    StringBuilder head = new StringBuilder();
    int body = 0;
    for (String line = reader.readLine(); line != null && !line.isEmpty(); ) {
      head.append(line).append('\n');
      if (line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length: ")) {
        body = Integer.parseInt(line.substring(16));
      }
      line = reader.readLine();
    }
    for (int i = 0; i < body; i++) {
      var _ = reader.read();
    }
    return head.toString();
  }

  private Health.Check check() {
    return Objects.requireNonNull(health.checks().get("certificate"));
  }

  @Test
  void theHealthCheckShowsHowLongTheCertificateIsGood() {
    assertThat(check().status()).isEqualTo(Health.Status.HEALTHY);
    assertThat(check().message()).startsWith("good until ");
  }

  @Test
  void whoTrustsTheCertificateIsAnswered() throws IOException {
    for (String protocol : new String[] {"TLSv1.2", "TLSv1.3"}) {
      try (SSLSocket socket = connect(TestCertificate.trusting(first), protocol)) {
        assertThat(ask(socket))
            .startsWith("HTTP/1.1 200")
            .containsIgnoringCase("Strict-Transport-Security: max-age=31536000");
      }
    }
  }

  @Test
  void whoDoesNotTrustItGetsNoConnection() {
    SSLContext other = TestCertificate.trusting(TestCertificate.valid());
    assertThatThrownBy(() -> connect(other)).isInstanceOf(SSLHandshakeException.class);
  }

  @Test
  void onThePortOfTlsNothingElseIsSpoken() throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.getPort())) {
      socket.setSoTimeout(20_000);
      assertThat(ask(socket)).doesNotContain("200");
    } catch (java.net.SocketException _) {
      // hung up on before the answer was read
    }
  }

  @Test
  void aNewCertificateIsShownToNewConnectionsAndOpenOnesStay() throws IOException {
    SSLContext trustFirst = TestCertificate.trusting(first);
    try (SSLSocket open = connect(trustFirst)) {
      assertThat(ask(open)).startsWith("HTTP/1.1 200");
      TestCertificate second = TestCertificate.of("-keyalg", "RSA", "-validity", "3650");
      EncryptedServer.write(second);
      watch.look();

      try (SSLSocket fresh = connect(TestCertificate.trusting(second))) {
        assertThat(shownTo(fresh)).isEqualTo(second.certificate());
        assertThat(ask(fresh)).startsWith("HTTP/1.1 200");
      }
      assertThat(shownTo(open)).isEqualTo(first.certificate());
      assertThat(ask(open)).startsWith("HTTP/1.1 200");
      assertThat(watch.warning()).isEmpty();
    }
  }

  @Test
  void filesThatAreNoGoodAreReportedAndNotUsed() throws IOException {
    TestCertificate second = TestCertificate.valid();
    Files.writeString(EncryptedServer.CERTIFICATE, second.certificatePem());
    watch.look();
    assertThat(watch.warning().orElse("")).contains("muster.tls.key", "is not the key");
    try (SSLSocket socket = connect(TestCertificate.trusting(first))) {
      assertThat(shownTo(socket)).isEqualTo(first.certificate());
    }

    Files.delete(EncryptedServer.CERTIFICATE);
    watch.look();
    assertThat(watch.warning().orElse("")).contains("muster.tls.certificate", "does not exist");
    assertThat(check())
        .isEqualTo(Health.Check.warning("new files are there and cannot be used: see the log"));
    try (SSLSocket socket = connect(TestCertificate.trusting(first))) {
      assertThat(shownTo(socket)).isEqualTo(first.certificate());
    }

    EncryptedServer.write(second);
    watch.look();
    assertThat(watch.warning()).isEmpty();
    try (SSLSocket socket = connect(TestCertificate.trusting(second))) {
      assertThat(shownTo(socket)).isEqualTo(second.certificate());
    }
  }

  @Test
  void aCertificateThatEndsSoonIsWarnedOf() throws IOException {
    TestCertificate brief = TestCertificate.of("-keyalg", "EC", "-validity", "13");
    EncryptedServer.write(brief);
    watch.look();
    assertThat(watch.warning().orElse("")).contains("expires at");
    assertThat(check().status()).isEqualTo(Health.Status.WARNING);
    assertThat(check().message()).startsWith("expires at ");
    EncryptedServer.write(TestCertificate.of("-keyalg", "EC", "-validity", "15"));
    watch.look();
    assertThat(watch.warning()).isEmpty();
  }
}
