package dev.muster.server.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.testing.TestCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init") // set before all tests
class CertificateFilesTest {
  private static TestCertificate curve;
  private static TestCertificate rsa;

  @TempDir private Path folder;

  @BeforeAll
  static void makeCertificates() {
    curve = TestCertificate.valid();
    rsa = TestCertificate.of("-keyalg", "RSA", "-keysize", "2048", "-validity", "30");
  }

  private CertificateFiles.Content read(String certificate, String key) {
    try {
      return new CertificateFiles(
              Files.writeString(folder.resolve("tls.crt"), certificate),
              Files.writeString(folder.resolve("tls.key"), key))
          .read(Instant.now());
    } catch (IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    }
  }

  private void refused(String certificate, String key, String... words) {
    assertThatThrownBy(() -> read(certificate, key))
        .isInstanceOf(CertificateFiles.Unusable.class)
        .hasMessageContainingAll(words)
        .satisfies(thrown -> {
          if (key.contains("PRIVATE KEY")) {
            assertThat(thrown.getMessage()).doesNotContain(key.lines().toList().get(1));
          }
        });
  }

  @Test
  void aPairIsReadWithItsEnd() {
    assertThat(read(curve.certificatePem(), curve.keyPem()).expiresAt())
        .isEqualTo(curve.certificate().getNotAfter().toInstant());
    assertThat(read(rsa.certificatePem(), rsa.keyPem()).expiresAt())
        .isBefore(Instant.now().plus(Duration.ofDays(31)));
  }

  @Test
  void theCertificatesThatLeadToTheRootFollow() {
    var content = read(curve.certificatePem() + rsa.certificatePem(), curve.keyPem());
    assertThat(content.expiresAt()).isEqualTo(curve.certificate().getNotAfter().toInstant());
    refused(
        rsa.certificatePem() + curve.certificatePem(),
        curve.keyPem(),
        "muster.tls.key: ",
        "tls.key");
  }

  /// As openssl and cert-manager write them.
  @Test
  void theOlderFormsOfKeysAreReadToo() {
    read(rsa.certificatePem(), TestCertificate.pem("RSA PRIVATE KEY", inner(rsa.privateKey())));
    read(
        curve.certificatePem(),
        "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
            + TestCertificate.pem("EC PRIVATE KEY", inner(curve.privateKey())));
  }

  /// What PKCS #8 wraps in its last element, the octet string: it begins where the version and the
  /// algorithm end.
  private static byte[] inner(PrivateKey key) {
    byte[] encoded = key.getEncoded();
    int version = contentAt(encoded, 0);
    int algorithm = version + 3;
    int octets = contentAt(encoded, algorithm) + encoded[algorithm + 1];
    return Arrays.copyOfRange(encoded, contentAt(encoded, octets), encoded.length);
  }

  private static int contentAt(byte[] der, int at) {
    return at + (der[at + 1] >= 0 ? 2 : 2 + (der[at + 1] & 0x7f));
  }

  @Test
  void aKeyOfAnotherCertificateIsRefused() {
    TestCertificate other = TestCertificate.valid();
    refused(curve.certificatePem(), other.keyPem(), "muster.tls.key: ", "is not the key of");
    refused(curve.certificatePem(), rsa.keyPem(), "muster.tls.key: ", "no private key for EC");
  }

  @Test
  void aCertificateOutsideOfItsTimeIsRefused() {
    TestCertificate expired =
        TestCertificate.of("-keyalg", "EC", "-startdate", "-3d", "-validity", "1");
    TestCertificate future =
        TestCertificate.of("-keyalg", "EC", "-startdate", "+2d", "-validity", "9");
    refused(expired.certificatePem(), expired.keyPem(), "muster.tls.certificate: ", "expired at");
    refused(
        future.certificatePem(), future.keyPem(), "muster.tls.certificate: ", "not valid before");
  }

  @Test
  void whatIsNoCertificateOrKeyIsRefused() {
    refused("", curve.keyPem(), "muster.tls.certificate: ", "no certificate");
    refused("hello", curve.keyPem(), "muster.tls.certificate: ");
    refused(
        TestCertificate.pem("CERTIFICATE", new byte[] {1, 2, 3}),
        curve.keyPem(),
        "muster.tls.certificate: ");
    refused(curve.certificatePem(), "", "muster.tls.key: ", "no private key");
    refused(curve.certificatePem(), curve.certificatePem(), "muster.tls.key: ", "no private key");
    refused(
        curve.certificatePem(),
        TestCertificate.pem("PRIVATE KEY", new byte[] {1, 2, 3}),
        "muster.tls.key: ");
    refused(
        curve.certificatePem(),
        TestCertificate.pem("ENCRYPTED PRIVATE KEY", new byte[] {1, 2, 3}),
        "encrypted",
        "openssl pkcs8");
  }

  @Test
  void anAlgorithmThatTheServerDoesNotSpeakIsRefused() {
    TestCertificate edwards = TestCertificate.of("-keyalg", "Ed25519", "-validity", "9");
    refused(edwards.certificatePem(), edwards.keyPem(), "RSA or an elliptic curve");
  }

  @Test
  void aFileThatIsNotThereIsNamedWithItsSetting() {
    assertThatThrownBy(() ->
            new CertificateFiles(folder.resolve("none.crt"), folder.resolve("none.key"))
                .read(Instant.now()))
        .hasMessageContainingAll("muster.tls.certificate: ", "none.crt does not exist");
  }

  @Test
  void theDigestTellsEveryChangeApart() throws IOException {
    String first = read(curve.certificatePem(), curve.keyPem()).digest();
    CertificateFiles files =
        new CertificateFiles(folder.resolve("tls.crt"), folder.resolve("tls.key"));
    assertThat(files.digest()).isEqualTo(first);
    Files.writeString(files.key(), curve.keyPem() + "\n");
    assertThat(files.digest()).isNotEqualTo(first);
    Files.delete(files.key());
    assertThat(files.digest()).isNotEqualTo(first);
  }
}
