package dev.muster.server.session;

import dev.muster.server.platform.Ids;
import dev.muster.server.platform.MasterKey;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.UUID;

/// Makes keys of access tokens, P-256, as they are stored: sealed with the master key.
record KeySeal(MasterKey masterKey) {
  SigningKeyStore.Row generate(Instant now, Instant signsFrom) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair pair = generator.generateKeyPair();
      UUID id = Ids.next();
      return new SigningKeyStore.Row(
          id,
          pair.getPublic().getEncoded(),
          masterKey.seal(pair.getPrivate().getEncoded(), context(id)),
          now,
          signsFrom);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("This Java runtime has no P-256", impossible);
    }
  }

  /// @throws IllegalStateException in words, when it was sealed with another master key
  SigningKey open(SigningKeyStore.Row stored) {
    byte[] privateKey = masterKey.open(stored.sealedPrivateKey(), context(stored.id()));
    try {
      KeyFactory factory = KeyFactory.getInstance("EC");
      return new SigningKey(
          stored.id().toString(),
          factory.generatePublic(new X509EncodedKeySpec(stored.publicKey())),
          factory.generatePrivate(new PKCS8EncodedKeySpec(privateKey)),
          stored.createdAt(),
          stored.signsFrom());
    } catch (GeneralSecurityException failure) {
      throw new IllegalStateException("The key of access tokens cannot be read", failure);
    }
  }

  private static String context(UUID id) {
    return "session.signing_key " + id;
  }
}
