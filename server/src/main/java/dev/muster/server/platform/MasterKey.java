package dev.muster.server.platform;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// Seals what the server must be able to read back, so that a copy of the database alone gives
/// nothing away: AES-256-GCM under one key that is kept outside the database and that all nodes
/// share.
///
/// Sealed form: version (1), nonce of 12 bytes, ciphertext with a tag of 16 bytes. The context, the
/// table and id of the row, is authenticated: a sealed value moved to another row does not open.
public final class MasterKey {
  private static final int KEY_BYTES = 32;
  private static final byte VERSION = 1;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final int FINGERPRINT_BYTES = 8;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final SecretKey key;

  private MasterKey(SecretKey key) {
    this.key = key;
  }

  /// @param text 32 bytes in base64url
  /// @throws IllegalArgumentException when it is anything else
  public static MasterKey of(String text) {
    byte[] bytes = Base64.getUrlDecoder().decode(text);
    if (bytes.length != KEY_BYTES) {
      throw new IllegalArgumentException("a master key has " + KEY_BYTES + " bytes");
    }
    return new MasterKey(new SecretKeySpec(bytes, "AES"));
  }

  /// A key for HMAC-SHA-256 that belongs to `purpose` (HKDF-SHA-256, RFC 5869): keys of different
  /// purposes say nothing of each other or of this one.
  public SecretKey derive(String purpose) {
    try {
      return KDF.getInstance("HKDF-SHA256")
          .deriveKey(
              "HmacSHA256",
              HKDFParameterSpec.ofExtract()
                  .addIKM(key)
                  .thenExpand(purpose.getBytes(StandardCharsets.UTF_8), KEY_BYTES));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("This Java runtime has no HKDF", impossible);
    }
  }

  public byte[] seal(byte[] secret, String context) {
    byte[] nonce = new byte[NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    try {
      byte[] ciphertext = cipher(Cipher.ENCRYPT_MODE, nonce, context).doFinal(secret);
      byte[] sealed = Arrays.copyOf(new byte[] {VERSION}, 1 + NONCE_BYTES + ciphertext.length);
      System.arraycopy(nonce, 0, sealed, 1, NONCE_BYTES);
      System.arraycopy(ciphertext, 0, sealed, 1 + NONCE_BYTES, ciphertext.length);
      return sealed;
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("This Java runtime has no AES-GCM", impossible);
    }
  }

  /// @throws IllegalStateException when it was sealed with another key or for another context, or
  ///   was changed
  public byte[] open(byte[] sealed, String context) {
    if (sealed.length < 1 + NONCE_BYTES || sealed[0] != VERSION) {
      throw new IllegalStateException("A sealed secret (" + context + ") has an unknown form.");
    }
    byte[] nonce = Arrays.copyOfRange(sealed, 1, 1 + NONCE_BYTES);
    try {
      return cipher(Cipher.DECRYPT_MODE, nonce, context)
          .doFinal(sealed, 1 + NONCE_BYTES, sealed.length - 1 - NONCE_BYTES);
    } catch (GeneralSecurityException failure) {
      throw new IllegalStateException(
          "A secret in the database ("
              + context
              + ") was sealed with another master key. Give every server on this database the same"
              + " one, by muster.master-key or by the file master-key in its data folder.",
          failure);
    }
  }

  /// What nobody without the key can make of the text: HMAC-SHA256, for each context another one.
  public byte[] mac(String context, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(derive(context));
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("This Java runtime has no HMAC-SHA256", impossible);
    }
  }

  /// A name of the key by which people tell keys apart; it gives nothing of the key away.
  public String fingerprint() {
    return HexFormat.of().formatHex(mac("fingerprint", ""), 0, FINGERPRINT_BYTES);
  }

  private Cipher cipher(int mode, byte[] nonce, String context) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(context.getBytes(StandardCharsets.UTF_8));
    return cipher;
  }
}
