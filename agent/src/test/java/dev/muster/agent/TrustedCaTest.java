package dev.muster.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.muster.agent.core.Transport.Request;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A server whose certificate no public authority has signed.
@SuppressWarnings("NullAway.Init") // set before each test
class TrustedCaTest {
  private static final char[] PASSWORD = "changeit".toCharArray();

  @TempDir private Path folder;
  private HttpsServer https;
  private ServerAddress address;
  private Path ca;

  @BeforeEach
  void startHttps() throws Exception {
    KeyStore own = certificate();
    ca =
        Files.writeString(
            folder.resolve("ca.pem"),
            "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder().encodeToString(own.getCertificate("a").getEncoded())
                + "\n-----END CERTIFICATE-----\n");
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(own, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    https = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    https.setHttpsConfigurator(new HttpsConfigurator(context));
    https.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    https.start();
    address = ServerAddress.parse("https://localhost:" + https.getAddress().getPort());
  }

  @AfterEach
  void stopHttps() {
    https.stop(0);
  }

  private KeyStore certificate() throws Exception {
    Path store = folder.resolve("store.p12");
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

  private static int ask(ServerAddress server) throws IOException, InterruptedException {
    try (HttpClient client = Http.client(server)) {
      return new HttpTransport(client, server)
          .exchange(new Request("GET", "/", Map.of(), null))
          .status();
    }
  }

  @Test
  void aServerOfANamedAuthorityIsTrusted() throws Exception {
    assertThat(ask(address.vouchedForBy(ca))).isEqualTo(204);
  }

  @Test
  void theAuthorityIsNamedByOptionOrVariable() {
    ServerOptions options = new ServerOptions();
    options.server = address;
    assertThat(options.address(Map.of()).ca()).isNull();
    Map<String, String> environment = Map.of("MUSTER_CA_FILE", "variable.pem");
    assertThat(options.address(environment).ca()).isEqualTo(Path.of("variable.pem"));
    options.ca = ca;
    assertThat(options.address(environment).ca()).isEqualTo(ca);
  }

  @Test
  void aServerThatNobodyVouchesForIsNotSpokenTo() {
    assertThatThrownBy(() -> ask(address))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("--ca FILE");
  }

  @Test
  void aFileWithoutACertificateIsRefusedInWords() throws IOException {
    Path text = Files.writeString(folder.resolve("text.pem"), "hello\n");
    assertThatThrownBy(() -> ask(address.vouchedForBy(text)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("BEGIN CERTIFICATE");
    assertThatThrownBy(() -> ask(address.vouchedForBy(folder.resolve("none.pem"))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("none.pem");
  }
}
