package dev.muster.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.identity.User;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.Role;
import dev.muster.server.testing.MutableClock;
import dev.muster.server.testing.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.spec.SecretKeySpec;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// What a forger tries with a token.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccessTokensTest {
  private final TestDatabase testDatabase = TestDatabase.create();
  private final Database database = testDatabase.database();
  private final MutableClock clock = new MutableClock();
  private final SessionRoom room = new SessionRoom(database, clock);
  private final User ada = room.identity.user(testDatabase.newOrganization(), Role.VIEWER);
  private final SigningKey key = room.signingKeys.current();
  private final SessionId session = new SessionId(Ids.next());

  @AfterAll
  void close() {
    testDatabase.close();
  }

  private Map<String, Object> claims() {
    long now = clock.instant().getEpochSecond();
    return new TreeMap<>(
        Map.of(
            "iss",
            "muster",
            "sub",
            ada.id().toString(),
            "org",
            ada.organization().toString(),
            "sid",
            session.value().toString(),
            "iat",
            now,
            "exp",
            now + 60));
  }

  private static String signed(
      Map<String, Object> claims,
      String algorithm,
      @Nullable Key with,
      Map<String, Object> header) {
    JsonWebSignature signature = new JsonWebSignature();
    signature.setAlgorithmConstraints(AlgorithmConstraints.NO_CONSTRAINTS);
    signature.setDoKeyValidation(false);
    signature.setPayload(org.jose4j.json.JsonUtil.toJson(claims));
    signature.setAlgorithmHeaderValue(algorithm);
    signature.setKey(with);
    header.forEach(signature::setHeader);
    try {
      return signature.getCompactSerialization();
    } catch (JoseException failure) {
      throw new IllegalStateException(failure);
    }
  }

  private static KeyPair stranger() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException failure) {
      throw new IllegalStateException(failure);
    }
  }

  private boolean isGood(String token) {
    return room.accessTokens.read(token).isPresent();
  }

  @Test
  void whatTheServerSignsIsGoodAndSaysTheSession() {
    String own = room.accessTokens.issue(ada, session);
    assertThat(room.accessTokens.read(own))
        .contains(new AccessTokens.Bearer(ada.organization(), ada.id(), session));
    assertThat(isGood(signed(claims(), "ES256", key.privateKey(), Map.of("kid", key.id()))))
        .isTrue();
  }

  @Test
  void noOtherAlgorithmIsTakenNotEvenWithThePublicKeyAsItsSecret() {
    Key publicAsSecret = new SecretKeySpec(key.publicKey().getEncoded(), "HmacSHA256");
    Key pemAsSecret =
        new SecretKeySpec(Base64.getEncoder().encode(key.publicKey().getEncoded()), "HmacSHA256");
    assertThat(isGood(signed(claims(), "none", null, Map.of("kid", key.id())))).isFalse();
    assertThat(isGood(signed(claims(), "HS256", publicAsSecret, Map.of("kid", key.id()))))
        .isFalse();
    assertThat(isGood(signed(claims(), "HS256", pemAsSecret, Map.of("kid", key.id())))).isFalse();
    String good = signed(claims(), "ES256", key.privateKey(), Map.of("kid", key.id()));
    for (String name : List.of("none", "None", "NONE", "HS256", "ES384", "es256", "RS256", "")) {
      String header =
          base64("{\"alg\":\"" + name + "\",\"kid\":\"" + key.id() + "\",\"typ\":\"JWT\"}");
      assertThat(isGood(header + good.substring(good.indexOf('.')))).as(name).isFalse();
      assertThat(isGood(header + "." + good.split("\\.", -1)[1] + ".")).as(name).isFalse();
    }
  }

  @Test
  void onlyTheServersOwnKeysVerifyWhateverTheHeaderSays() throws JoseException {
    KeyPair stranger = stranger();
    Map<String, Object> itsJwk =
        JsonWebKey.Factory.newJwk(stranger.getPublic()).toParams(OutputControlLevel.PUBLIC_ONLY);
    for (Map<String, Object> header :
        List.<Map<String, Object>>of(
            Map.of("kid", key.id()),
            Map.of("kid", key.id(), "jwk", itsJwk),
            Map.of("jwk", itsJwk),
            Map.of("kid", key.id(), "jku", "http://127.0.0.1:1/keys"),
            Map.of("kid", key.id(), "x5u", "http://127.0.0.1:1/chain"),
            Map.of("kid", "stranger", "jwk", itsJwk))) {
      assertThat(isGood(signed(claims(), "ES256", stranger.getPrivate(), header)))
          .as(header.toString())
          .isFalse();
    }
  }

  @Test
  void aKeyIdMustNameAKeyToTheLetter() {
    for (String id :
        List.of(
            "",
            " " + key.id(),
            key.id() + "\u0000",
            "../../" + key.id(),
            "' or '1'='1",
            key.id().toUpperCase(java.util.Locale.ROOT) + "x",
            Ids.next().toString())) {
      assertThat(isGood(signed(claims(), "ES256", key.privateKey(), Map.of("kid", id))))
          .as(id)
          .isFalse();
    }
    assertThat(isGood(signed(claims(), "ES256", key.privateKey(), Map.of()))).isFalse();
    assertThat(
            isGood(
                signed(
                    claims(),
                    "ES256",
                    key.privateKey(),
                    Map.of("kid", key.id(), "crit", List.of("muster"), "muster", 1))))
        .isFalse();
  }

  @Test
  void everyClaimMustBeThereAndBeWhatItShould() {
    for (String missing : List.of("iss", "sub", "org", "sid", "exp")) {
      Map<String, Object> claims = claims();
      claims.remove(missing);
      assertThat(isGood(own(claims))).as("without " + missing).isFalse();
    }
    for (Map.Entry<String, Object> wrong :
        List.<Map.Entry<String, Object>>of(
            Map.entry("iss", "other"),
            Map.entry("sub", "ada"),
            Map.entry("sub", 7),
            Map.entry("org", List.of(ada.organization().toString())),
            Map.entry("sid", ""),
            Map.entry("exp", "tomorrow"),
            Map.entry("exp", clock.instant().getEpochSecond()),
            Map.entry("nbf", clock.instant().getEpochSecond() + 60),
            Map.entry("aud", "somebody else"))) {
      Map<String, Object> claims = claims();
      claims.put(wrong.getKey(), wrong.getValue());
      assertThat(isGood(own(claims))).as(wrong.toString()).isFalse();
    }
  }

  @Test
  void aSignatureThatVerifiesEverythingVerifiesNothing() {
    String good = own(claims());
    String unsigned = good.substring(0, good.lastIndexOf('.') + 1);
    for (byte[] signature : List.of(new byte[64], new byte[0], new byte[63], new byte[65])) {
      assertThat(
              isGood(unsigned + Base64.getUrlEncoder().withoutPadding().encodeToString(signature)))
          .isFalse();
    }
  }

  private String own(Map<String, Object> claims) {
    return signed(claims, "ES256", key.privateKey(), Map.of("kid", key.id()));
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
