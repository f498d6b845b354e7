package dev.muster.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A server that speaks TLS with a certificate of a private authority.
class TlsTest {
  private static final Duration START = Duration.ofSeconds(90);

  private final Stage stage = new Stage(TlsTest.class);
  private final Path certificate = stage.folder("tls").resolve("tls.crt");
  private final Path key = stage.folder("tls").resolve("tls.key");

  @AfterEach
  void stop() throws Exception {
    stage.close();
  }

  private ServerPlan plan(String name) {
    return stage
        .server(name)
        .set("MUSTER_TLS_CERTIFICATE", certificate.toString())
        .set("MUSTER_TLS_KEY", key.toString())
        .set("MUSTER_TLS_RELOAD_EVERY", "1s");
  }

  private Program start(ServerPlan plan) {
    ServerProcess.shareBinaries(plan.data());
    return stage.keep(Program.start(plan.folder(), plan.environment(), plan.args()));
  }

  @Test
  void theCommandLineReachesItByTheAuthorityAndFollowsANewCertificate() throws Exception {
    Files.createDirectories(certificate.getParent());
    Path first = makeCertificate("first");
    ServerPlan plan = plan("server");
    Program server = start(plan);
    String address = "https://127.0.0.1:" + plan.port();
    Await.until(
        START, () -> assertThat(server.out()).as(server.said()).contains("ready at " + address));

    assertThat(logIn(address, first).done()).contains("Logged in to " + address);
    Path second = makeCertificate("second");
    Await.until(START, () -> assertThat(logIn(address, second).code()).isZero());
    Cli.Ran refused = logIn(address, first);
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("not trusted");

    Files.writeString(certificate, "no certificate");
    Await.until(START, () -> assertThat(server.out()).contains("the old certificate stays"));
    assertThat(logIn(address, second).code()).isZero();
  }

  @Test
  void aKeyOfAnotherCertificateIsRefusedInWords() throws Exception {
    Files.createDirectories(certificate.getParent());
    makeCertificate("one");
    String other = Files.readString(key);
    makeCertificate("another");
    Files.writeString(key, other);

    Program refused = start(plan("refused"));

    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(refused.err()).contains("muster.tls.key", "is not the key of the certificate");
  }

  private Cli.Ran logIn(String address, Path ca) {
    Path home = stage.folder("home");
    try (Program login =
        Program.start(
            home,
            Map.of("XDG_CONFIG_HOME", home.toString(), "MUSTER_CA_FILE", ca.toString()),
            java.util.List.of(
                "login", "--server", address, "--email", ServerPlan.ADMIN, "--password-stdin"),
            ServerPlan.PASSWORD + "\n")) {
      int code = login.exitCode();
      return new Cli.Ran(code, login.out(), login.err());
    }
  }

  /// Puts a new pair where the server looks for it, and gives a file of the certificate alone that
  /// stays.
  private Path makeCertificate(String name) throws Exception {
    Path store = certificate.resolveSibling(name + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "a",
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-ext",
                "san=ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-storepass",
                "changeit",
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(keytool.waitFor(30, TimeUnit.SECONDS) && keytool.exitValue() == 0).as(said).isTrue();
    char[] password = "changeit".toCharArray();
    KeyStore made = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      made.load(in, password);
    }
    String shown = pem("CERTIFICATE", made.getCertificate("a").getEncoded());
    Files.writeString(key, pem("PRIVATE KEY", made.getKey("a", password).getEncoded()));
    Files.writeString(certificate, shown);
    return Files.writeString(certificate.resolveSibling(name + ".pem"), shown);
  }

  private static String pem(String kind, byte[] bytes) {
    return "-----BEGIN "
        + kind
        + "-----\n"
        + Base64.getMimeEncoder().encodeToString(bytes)
        + "\n-----END "
        + kind
        + "-----\n";
  }
}
