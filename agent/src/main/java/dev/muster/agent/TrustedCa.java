package dev.muster.agent;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// The authorities, or the server's own certificate, of a PEM file, to which the certificate of a
/// server must lead. Those that Java knows are not trusted besides them: who names a private
/// authority means that one.
final class TrustedCa {
  private TrustedCa() {}

  /// @throws IOException with a sentence when the file holds no certificate
  static SSLContext of(Path pem) throws IOException {
    if (!Files.isReadable(pem)) {
      throw new IOException("Cannot read the file of the certificate authority " + pem);
    }
    try (InputStream in = new BufferedInputStream(Files.newInputStream(pem))) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (Certificate certificate :
          CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("ca" + store.size(), certificate);
      }
      if (store.size() == 0) {
        throw new CertificateException("none");
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), new SecureRandom());
      return context;
    } catch (CertificateException broken) {
      throw new IOException(pem + " holds no certificate in PEM form (BEGIN CERTIFICATE)", broken);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("This Java runtime has no TLS", impossible);
    }
  }
}
