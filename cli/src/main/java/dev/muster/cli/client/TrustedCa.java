package dev.muster.cli.client;

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
public final class TrustedCa {
  private TrustedCa() {}

  /// @throws Failure.Usage when the file holds no certificate
  public static SSLContext of(Path pem) {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(pem))) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (Certificate certificate :
          CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("ca" + store.size(), certificate);
      }
      if (store.size() == 0) {
        throw holdsNone(pem);
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), new SecureRandom());
      return context;
    } catch (CertificateException _) {
      throw holdsNone(pem);
    } catch (IOException _) {
      throw new Failure.Usage("Cannot read the file " + pem + " of --ca.");
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("This Java runtime has no TLS", impossible);
    }
  }

  private static Failure.Usage holdsNone(Path pem) {
    return new Failure.Usage(
        "The file " + pem + " of --ca holds no certificate in PEM form (BEGIN CERTIFICATE).");
  }
}
