package dev.muster.server.tls;

import dev.muster.server.platform.Settings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The two files of `muster.tls.certificate` and `muster.tls.key`.
public record CertificateFiles(Path certificate, Path key) {
  static final String CERTIFICATE = "muster.tls.certificate";
  static final String KEY = "muster.tls.key";

  /// Says in words why the files cannot be used. Never repeats anything of the key.
  public static final class Unusable extends RuntimeException {
    private static final long serialVersionUID = 1;

    Unusable(String sentence) {
      super(sentence);
    }

    private Unusable of(String setting, Path file) {
      return new Unusable(setting + ": " + file + " " + getMessage());
    }
  }

  /// What the files hold at one moment.
  ///
  /// @param digest differs when either file differs
  public record Content(String digest, Identity identity) {
    /// When the certificate ends.
    Instant expiresAt() {
      return identity.chain().getFirst().getNotAfter().toInstant();
    }
  }

  /// Who the server is to those who connect.
  ///
  /// @param chain the server's certificate and those that lead to its root
  public record Identity(List<X509Certificate> chain, PrivateKey key) {
    public Identity {
      chain = List.copyOf(chain);
    }

    public X509Certificate[] chainAsArray() {
      return chain.toArray(X509Certificate[]::new);
    }

    /// Without the key.
    @Override
    public String toString() {
      return "Identity of " + chain.getFirst().getSubjectX500Principal();
    }
  }

  /// Absent when the settings ask for no TLS; [#problem] says when they ask for half of it.
  public static Optional<CertificateFiles> of(Settings.Tls settings) {
    return settings
        .certificate()
        .flatMap(certificate -> settings.key().map(key -> new CertificateFiles(certificate, key)));
  }

  /// What is wrong with the settings or with the files that they name, in a sentence; null when
  /// nothing is.
  public static @Nullable String problem(Settings.Tls settings, Instant now) {
    if (settings.certificate().isPresent() != settings.key().isPresent()) {
      return settings.key().isEmpty()
          ? CERTIFICATE + " needs " + KEY + " as well, the file of its private key"
          : KEY + " needs " + CERTIFICATE + " as well, the file of its certificate";
    }
    try {
      of(settings).ifPresent(files -> files.read(now));
      return null;
    } catch (Unusable unusable) {
      return unusable.getMessage();
    }
  }

  /// Differs from an earlier one when either file has changed or has become unreadable.
  String digest() {
    return digest(bytesOrNothing(certificate), bytesOrNothing(key));
  }

  private static byte[] bytesOrNothing(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException _) {
      return new byte[0];
    }
  }

  private static String digest(byte[] certificate, byte[] key) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(MessageDigest.getInstance("SHA-256").digest(certificate));
      return java.util.HexFormat.of().formatHex(sha256.digest(key));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /// @throws Unusable when they cannot be used at `now`
  Content read(Instant now) {
    byte[] certificateBytes = bytes(CERTIFICATE, certificate);
    byte[] keyBytes = bytes(KEY, key);
    List<X509Certificate> chain;
    try {
      chain = chain(certificateBytes, now);
    } catch (Unusable unusable) {
      throw unusable.of(CERTIFICATE, certificate);
    }
    PublicKey publicKey = chain.getFirst().getPublicKey();
    try {
      PrivateKey privateKey =
          PrivateKeyPem.read(new String(keyBytes, StandardCharsets.ISO_8859_1), publicKey);
      requirePair(privateKey, publicKey);
      return new Content(digest(certificateBytes, keyBytes), new Identity(chain, privateKey));
    } catch (Unusable unusable) {
      throw unusable.of(KEY, key);
    }
  }

  private static byte[] bytes(String setting, Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException _) {
      throw new Unusable(Files.exists(file) ? "cannot be read by this process" : "does not exist")
          .of(setting, file);
    }
  }

  /// The server's certificate first; those that lead to its root follow it.
  private static List<X509Certificate> chain(byte[] pem, Instant now) {
    List<X509Certificate> chain;
    try {
      chain =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(pem))
              .stream()
              .map(X509Certificate.class::cast)
              .toList();
    } catch (CertificateException broken) {
      throw new Unusable("holds a certificate that cannot be read; it must be PEM");
    }
    if (chain.isEmpty()) {
      throw new Unusable("holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)");
    }
    X509Certificate leaf = chain.getFirst();
    if (leaf.getNotAfter().toInstant().isBefore(now)) {
      throw new Unusable("holds a certificate that expired at " + leaf.getNotAfter().toInstant());
    }
    if (leaf.getNotBefore().toInstant().isAfter(now)) {
      throw new Unusable(
          "holds a certificate that is not valid before " + leaf.getNotBefore().toInstant());
    }
    return chain;
  }

  private static void requirePair(PrivateKey privateKey, PublicKey publicKey) {
    String algorithm = publicKey.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA";
    byte[] text = "muster".getBytes(StandardCharsets.US_ASCII);
    boolean pair;
    try {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(privateKey);
      signature.update(text);
      byte[] signed = signature.sign();
      signature.initVerify(publicKey);
      signature.update(text);
      pair = signature.verify(signed);
    } catch (GeneralSecurityException _) {
      pair = false;
    }
    if (!pair) {
      throw new Unusable(
          "is not the key of the certificate in "
              + CERTIFICATE
              + ", whose first certificate must be the server's own");
    }
  }
}
