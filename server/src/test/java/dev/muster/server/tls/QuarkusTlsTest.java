package dev.muster.server.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.platform.Settings;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QuarkusTlsTest {
  private static Settings settings(Map<String, String> properties) {
    return new SmallRyeConfigBuilder()
        .addDefaultInterceptors()
        .addDiscoveredConverters()
        .withMapping(Settings.class)
        .withSources(new PropertiesConfigSource(properties, "test", 100))
        .build()
        .getConfigMapping(Settings.class);
  }

  @Test
  void withoutACertificateNothingIsEncrypted() {
    assertThat(QuarkusTls.properties(settings(Map.of()))).isEmpty();
  }

  @Test
  void withOneThePortOfHttpSpeaksTlsAndNothingElse() {
    Map<String, String> properties =
        QuarkusTls.properties(
            settings(
                Map.of(
                    "muster.port", "8443",
                    "muster.tls.certificate", "tls.crt",
                    "muster.tls.key", "tls.key")));
    assertThat(properties)
        .containsEntry("quarkus.http.ssl-port", "8443")
        .containsEntry("quarkus.http.insecure-requests", "disabled")
        .containsEntry("quarkus.http.tls-configuration-name", "muster")
        .containsEntry("quarkus.tls.muster.protocols", "TLSv1.3,TLSv1.2")
        .containsEntry(
            "quarkus.tls.muster.key-store.pem.0.key",
            Path.of("tls.key").toAbsolutePath().toString());
  }

  @Test
  void aCertificateNeedsItsKeyAndTheOtherWayRound() {
    Instant now = Instant.EPOCH;
    assertThat(
            CertificateFiles.problem(
                settings(Map.of("muster.tls.certificate", "tls.crt")).tls(), now))
        .isEqualTo(
            "muster.tls.certificate needs muster.tls.key as well, the file of its private key");
    assertThat(CertificateFiles.problem(settings(Map.of("muster.tls.key", "tls.key")).tls(), now))
        .startsWith("muster.tls.key needs muster.tls.certificate");
    assertThat(CertificateFiles.problem(settings(Map.of()).tls(), now)).isNull();
  }
}
