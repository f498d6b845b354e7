package dev.muster.server.tls;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A private key in PEM, in the three forms that tools write: PKCS #8 (RFC 5958), and the older
/// ones of RSA (RFC 8017, A.1.2) and of elliptic curves (RFC 5915).
///
/// The older two do not say which algorithm and curve they are for. A key that belongs to a
/// certificate is for that of the certificate, so it is put into PKCS #8 with the algorithm found
/// there.
final class PrivateKeyPem {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN (?<kind>[A-Z ]*PRIVATE KEY)-----(?<base64>[^-]*)-----END");
  private static final int SEQUENCE = 0x30;
  private static final int OCTET_STRING = 0x04;
  private static final byte[] VERSION_ZERO = {0x02, 0x01, 0x00};

  private PrivateKeyPem() {}

  /// @param belongsTo key of the certificate
  /// @throws CertificateFiles.Unusable with the end of a sentence that begins with the setting
  static PrivateKey read(String pem, PublicKey belongsTo) {
    Matcher block = BLOCK.matcher(pem);
    if (!block.find()) {
      throw new CertificateFiles.Unusable(
          "holds no private key in PEM form (-----BEGIN PRIVATE KEY-----)");
    }
    String algorithm = belongsTo.getAlgorithm();
    if (!algorithm.equals("RSA") && !algorithm.equals("EC")) {
      throw new CertificateFiles.Unusable(
          "belongs to a certificate for " + algorithm + "; use one for RSA or an elliptic curve");
    }
    try {
      byte[] bytes = Base64.getMimeDecoder().decode(block.group("base64"));
      byte[] key =
          switch (block.group("kind")) {
            case "PRIVATE KEY" -> bytes;
            case "RSA PRIVATE KEY", "EC PRIVATE KEY" -> wrapped(bytes, belongsTo);
            default ->
                throw new CertificateFiles.Unusable(
                    "holds an encrypted or unknown private key; decrypt it with: openssl pkcs8"
                        + " -topk8 -nocrypt -in KEY -out FILE");
          };
      return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(key));
    } catch (GeneralSecurityException | IllegalArgumentException broken) {
      throw new CertificateFiles.Unusable(
          "holds no private key for " + algorithm + " that can be read");
    }
  }

  private static byte[] wrapped(byte[] key, PublicKey belongsTo) {
    return der(
        SEQUENCE, join(VERSION_ZERO, algorithmOf(belongsTo.getEncoded()), der(OCTET_STRING, key)));
  }

  /// The first element of a `SubjectPublicKeyInfo` (RFC 5280, 4.1).
  private static byte[] algorithmOf(byte[] publicKey) {
    int start = headerLength(publicKey, 0);
    int length = headerLength(publicKey, start) + contentLength(publicKey, start);
    return Arrays.copyOfRange(publicKey, start, start + length);
  }

  private static int headerLength(byte[] der, int at) {
    int first = der[at + 1] & 0xff;
    return first < 0x80 ? 2 : 2 + (first & 0x7f);
  }

  private static int contentLength(byte[] der, int at) {
    int first = der[at + 1] & 0xff;
    if (first < 0x80) {
      return first;
    }
    int length = 0;
    for (int i = 0; i < (first & 0x7f); i++) {
      length = (length << 8) | (der[at + 2 + i] & 0xff);
    }
    return length;
  }

  private static byte[] der(int tag, byte[] content) {
    int length = content.length;
    byte[] header =
        length < 0x80
            ? new byte[] {(byte) tag, (byte) length}
            : new byte[] {(byte) tag, (byte) 0x82, (byte) (length >> 8), (byte) length};
    return join(header, content);
  }

  private static byte[] join(byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    byte[] whole = new byte[length];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, whole, at, part.length);
      at += part.length;
    }
    return whole;
  }
}
