package dev.muster.server.session;

import dev.muster.server.identity.User;
import dev.muster.server.identity.UserId;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Settings;
import jakarta.inject.Singleton;
import java.security.PublicKey;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.lang.JoseException;
import org.jose4j.lang.UnresolvableKeyException;
import org.jspecify.annotations.Nullable;

/// Signs and reads access tokens: JWTs (RFC 7519) under ES256 with the claims `iss, sub, org, sid,
/// role, jti, iat, exp`. `role` is for clients to show; the server never believes it.
///
/// Of the header only `kid` chooses something, among the server's own keys; a token without it, of
/// another algorithm or with a key of its own is refused.
@Singleton
public final class AccessTokens {
  private static final String ISSUER = "muster";
  private static final String ORGANIZATION = "org";
  private static final String SESSION = "sid";

  /// Whom a token that is valid names.
  record Bearer(OrganizationId organization, UserId user, SessionId session) {}

  private final SigningKeys keys;
  private final InstantSource clock;
  private final Settings settings;

  public AccessTokens(SigningKeys keys, InstantSource clock, Settings settings) {
    this.keys = keys;
    this.clock = clock;
    this.settings = settings;
  }

  String issue(User user, SessionId session) {
    SigningKey key = keys.current();
    Instant now = clock.instant();
    JwtClaims claims = new JwtClaims();
    claims.setIssuer(ISSUER);
    claims.setSubject(user.id().toString());
    claims.setStringClaim(ORGANIZATION, user.organization().toString());
    claims.setStringClaim(SESSION, session.toString());
    claims.setStringClaim("role", user.role().wireName());
    claims.setJwtId(Ids.next().toString());
    claims.setIssuedAt(date(now));
    claims.setExpirationTime(date(now.plus(settings.session().accessLasts())));
    JsonWebSignature signature = new JsonWebSignature();
    signature.setPayload(claims.toJson());
    signature.setKey(key.privateKey());
    signature.setKeyIdHeaderValue(key.id());
    signature.setHeader("typ", "JWT");
    signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256);
    try {
      return signature.getCompactSerialization();
    } catch (JoseException failure) {
      throw new IllegalStateException("An access token cannot be signed", failure);
    }
  }

  /// Whom the token names; empty when it is forged, expired or of another server.
  Optional<Bearer> read(String token) {
    try {
      JwtClaims claims =
          new JwtConsumerBuilder()
              .setJwsAlgorithmConstraints(
                  ConstraintType.PERMIT, AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256)
              .setVerificationKeyResolver((signature, _) -> keyOf(signature))
              .setExpectedIssuer(ISSUER)
              .setRequireSubject()
              .setRequireExpirationTime()
              .setEvaluationTime(date(clock.instant()))
              .build()
              .processToClaims(token);
      return bearer(
          claims.getClaimValue(ORGANIZATION, String.class),
          claims.getSubject(),
          claims.getClaimValue(SESSION, String.class));
    } catch (InvalidJwtException | MalformedClaimException _) {
      return Optional.empty();
    }
  }

  private PublicKey keyOf(JsonWebSignature signature) throws UnresolvableKeyException {
    return Optional.ofNullable(signature.getKeyIdHeaderValue())
        .flatMap(keys::find)
        .map(SigningKey::publicKey)
        .orElseThrow(() -> new UnresolvableKeyException("no key of this server"));
  }

  private static Optional<Bearer> bearer(
      @Nullable String organization, @Nullable String user, @Nullable String session) {
    if (organization == null || user == null || session == null) {
      return Optional.empty(); // of an earlier version
    }
    return Ids.parse(organization)
        .flatMap(in ->
            Ids.parse(user)
                .flatMap(who ->
                    Ids.parse(session)
                        .map(by ->
                            new Bearer(
                                new OrganizationId(in), new UserId(who), new SessionId(by)))));
  }

  private static NumericDate date(Instant instant) {
    return NumericDate.fromSeconds(instant.getEpochSecond());
  }
}
