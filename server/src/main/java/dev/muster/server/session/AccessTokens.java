package dev.muster.server.session;

import dev.muster.server.identity.User;
import dev.muster.server.identity.UserId;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.session.SigningKeys.SigningKey;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.lang.JoseException;

/// Signs and reads access tokens: JWTs (RFC 7519) under ES256 with the claims `iss, sub, org, role,
/// jti, iat, exp`. `role` is for clients to show; the server never believes it.
@Singleton
public final class AccessTokens {
  private static final String ISSUER = "muster";
  private static final String ORGANIZATION = "org";

  /// Whom a token that is valid names.
  record Bearer(OrganizationId organization, UserId user) {}

  private final SigningKeys keys;
  private final InstantSource clock;

  public AccessTokens(SigningKeys keys, InstantSource clock) {
    this.keys = keys;
    this.clock = clock;
  }

  String issue(User user) {
    SigningKey key = keys.current();
    Instant now = clock.instant();
    JwtClaims claims = new JwtClaims();
    claims.setIssuer(ISSUER);
    claims.setSubject(user.id().toString());
    claims.setStringClaim(ORGANIZATION, user.organization().toString());
    claims.setStringClaim("role", user.role().wireName());
    claims.setJwtId(Ids.next().toString());
    claims.setIssuedAt(date(now));
    claims.setExpirationTime(date(now.plus(Sessions.ACCESS_LASTS)));
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
              .setVerificationKey(keys.current().publicKey())
              .setExpectedIssuer(ISSUER)
              .setRequireSubject()
              .setRequireExpirationTime()
              .setEvaluationTime(date(clock.instant()))
              .build()
              .processToClaims(token);
      Optional<UUID> organization = Ids.parse(claims.getClaimValue(ORGANIZATION, String.class));
      Optional<UUID> user = Ids.parse(claims.getSubject());
      return organization.flatMap(
          in -> user.map(who -> new Bearer(new OrganizationId(in), new UserId(who))));
    } catch (InvalidJwtException | MalformedClaimException _) {
      return Optional.empty();
    }
  }

  private static NumericDate date(Instant instant) {
    return NumericDate.fromSeconds(instant.getEpochSecond());
  }
}
