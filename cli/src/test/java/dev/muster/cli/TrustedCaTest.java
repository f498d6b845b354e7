package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A server whose certificate no public authority has signed.
@SuppressWarnings("NullAway.Init") // set before each test
class TrustedCaTest extends CliTest {
  private HttpsServer https;
  private Path ca;

  @BeforeEach
  void startHttps() throws Exception {
    KeyStore own = Certificates.make(home, "own");
    ca = Certificates.pem(home.resolve("ca.pem"), own);
    https = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    https.setHttpsConfigurator(new HttpsConfigurator(Certificates.showing(own)));
    https.createContext(
        "/",
        exchange -> {
          byte[] body = "{\"count\": 0, \"results\": []}".getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().set("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    https.start();
  }

  @AfterEach
  void stopHttps() {
    https.stop(0);
  }

  private Ran list(String... more) {
    String[] all = new String[more.length + 4];
    all[0] = "devices";
    all[1] = "list";
    all[2] = "--server";
    all[3] = "https://localhost:" + https.getAddress().getPort();
    System.arraycopy(more, 0, all, 4, more.length);
    return run(all);
  }

  @Test
  void aServerOfANamedAuthorityIsTrusted() {
    Ran ran = list("--ca", ca.toString());
    assertThat(ran.err()).isEmpty();
    assertThat(ran.code()).isZero();
    assertThat(list("--ca", "ca.pem").code()).isZero();
  }

  @Test
  void aServerThatNobodyVouchesForIsNotSpokenTo() throws Exception {
    Ran untrusted = list();
    assertThat(untrusted.code()).isEqualTo(1);
    assertThat(untrusted.err()).contains("not trusted", "--ca FILE");
    Path other = Certificates.pem(home.resolve("other.pem"), Certificates.make(home, "other"));
    assertThat(list("--ca", other.toString()).err()).contains("not trusted");
  }

  @Test
  void aFileWithoutACertificateIsWrongUsage() throws IOException {
    Path empty = Files.writeString(home.resolve("empty.pem"), "");
    Path text = Files.writeString(home.resolve("text.pem"), "hello\n");
    for (Path file : new Path[] {empty, text}) {
      Ran ran = list("--ca", file.toString());
      assertThat(ran.code()).isEqualTo(2);
      assertThat(ran.err()).contains(file.toString(), "BEGIN CERTIFICATE");
    }
    assertThat(list("--ca", "none.pem").err()).contains("Cannot read the file", "none.pem");
  }
}
