package dev.muster.server.session;

import dev.muster.server.platform.AdvisoryLock;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.MasterKey;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.InstantSource;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The key that signs access tokens, one for all nodes: made once, kept in the database, sealed
/// with the master key.
@Singleton
public final class SigningKeys {
  private static final int AFTER_BOOTSTRAP = 60;

  /// @param id the `kid` of the tokens
  record SigningKey(String id, PublicKey publicKey, PrivateKey privateKey) {
    @Override
    public String toString() {
      return "SigningKey[" + id + "]";
    }
  }

  private final Database database;
  private final InstantSource clock;
  private final MasterKey masterKey;
  private volatile @Nullable SigningKey current;

  public SigningKeys(Database database, InstantSource clock, MasterKey masterKey) {
    this.database = database;
    this.clock = clock;
    this.masterKey = masterKey;
  }

  /// Reads the key at start, so that a server with another master key is not started at all.
  void start(@Observes @Priority(AFTER_BOOTSTRAP) StartupEvent event) {
    var _ = current();
  }

  SigningKey current() {
    SigningKey key = current;
    if (key == null) {
      key =
          opened(
              database.acrossOrganizations(handle -> {
                AdvisoryLock.hold(handle, "signing-key");
                return SessionStore.findKey(handle)
                    .orElseGet(() -> {
                      SessionStore.Key made = generated();
                      SessionStore.insertKey(handle, made, clock.instant());
                      return made;
                    });
              }));
      current = key;
    }
    return key;
  }

  private SessionStore.Key generated() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair pair = generator.generateKeyPair();
      UUID id = Ids.next();
      return new SessionStore.Key(
          id,
          pair.getPublic().getEncoded(),
          masterKey.seal(pair.getPrivate().getEncoded(), context(id)));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("This Java runtime has no P-256", impossible);
    }
  }

  private SigningKey opened(SessionStore.Key stored) {
    byte[] privateKey = masterKey.open(stored.sealedPrivateKey(), context(stored.id()));
    try {
      KeyFactory factory = KeyFactory.getInstance("EC");
      return new SigningKey(
          stored.id().toString(),
          factory.generatePublic(new X509EncodedKeySpec(stored.publicKey())),
          factory.generatePrivate(new PKCS8EncodedKeySpec(privateKey)));
    } catch (GeneralSecurityException failure) {
      throw new IllegalStateException("The key of access tokens cannot be read", failure);
    }
  }

  private static String context(UUID id) {
    return "session.signing_key " + id;
  }
}
