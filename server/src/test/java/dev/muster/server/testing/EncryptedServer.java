package dev.muster.server.testing;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/// A server with a certificate of its own, for HTTP and gRPC. Its tests share one, and begin with
/// the certificate that they write.
public final class EncryptedServer implements QuarkusTestProfile {
  public static final Path CERTIFICATE = Path.of("target/tls-test/tls.crt").toAbsolutePath();
  public static final Path KEY = Path.of("target/tls-test/tls.key").toAbsolutePath();

  @Override
  public Map<String, String> getConfigOverrides() {
    try {
      Files.createDirectories(CERTIFICATE.getParent());
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
    properties.put("quarkus.tls.muster.protocols", "TLSv1.3,TLSv1.2");
    properties.put("quarkus.http.tls-configuration-name", "muster");
    properties.put("quarkus.http.insecure-requests", "disabled");
    properties.put("quarkus.http.test-ssl-port", "0");
    return properties;
  }

  public static void write(TestCertificate made) throws IOException {
    Files.writeString(CERTIFICATE, made.certificatePem());
    Files.writeString(KEY, made.keyPem());
  }
}
