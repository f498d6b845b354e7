package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A server whose certificate no public authority has signed.
@SuppressWarnings("NullAway.Init") // set before each test
class TrustedCaTest extends CliTest {
  private static final char[] PASSWORD = "changeit".toCharArray();

  private HttpsServer https;
  private Path ca;

  @BeforeEach
  void startHttps() throws Exception {
    KeyStore own = certificate("own");
    ca = pem("ca.pem", own);
    https = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    https.setHttpsConfigurator(new HttpsConfigurator(showing(own)));
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

  private KeyStore certificate(String name) throws Exception {
    Path store = home.resolve(name + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "a",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost",
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(PASSWORD),
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(keytool.waitFor(30, TimeUnit.SECONDS) && keytool.exitValue() == 0).as(said).isTrue();
    KeyStore made = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      made.load(in, PASSWORD);
    }
    return made;
  }

  private static SSLContext showing(KeyStore store) throws GeneralSecurityException {
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  private Path pem(String name, KeyStore store) throws GeneralSecurityException, IOException {
    return Files.writeString(
        home.resolve(name),
        "-----BEGIN CERTIFICATE-----\n"
            + Base64.getMimeEncoder().encodeToString(store.getCertificate("a").getEncoded())
            + "\n-----END CERTIFICATE-----\n");
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
    Path other = pem("other.pem", certificate("other"));
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
