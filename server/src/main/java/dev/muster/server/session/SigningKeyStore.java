package dev.muster.server.session;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// The SQL of the keys of access tokens.
final class SigningKeyStore {
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Row(
      UUID id, byte[] publicKey, byte[] sealedPrivateKey, Instant createdAt, Instant signsFrom) {}

  private SigningKeyStore() {}

  /// The one that signs last first.
  static List<Row> all(Handle handle) {
    return handle
        .createQuery("select * from session.signing_key order by signs_from desc, id desc")
        .map((row, _) ->
            new Row(
                row.getObject("id", UUID.class),
                row.getBytes("public_key"),
                row.getBytes("sealed_private_key"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("signs_from", OffsetDateTime.class).toInstant()))
        .list();
  }

  static void insert(Handle handle, Row key) {
    handle
        .createUpdate(
            """
            insert into session.signing_key
              (id, public_key, sealed_private_key, created_at, signs_from)
            values (:id, :publicKey, :sealedPrivateKey, :createdAt, :signsFrom)
            """)
        .bind("id", key.id())
        .bind("publicKey", key.publicKey())
        .bind("sealedPrivateKey", key.sealedPrivateKey())
        .bind("createdAt", key.createdAt())
        .bind("signsFrom", key.signsFrom())
        .execute();
  }

  /// Deletes the keys after which another has signed since `before` or longer.
  static int deleteFollowed(Handle handle, Instant before) {
    return handle.execute(
        """
        delete from session.signing_key k where exists (
          select from session.signing_key next
          where (next.signs_from, next.id) > (k.signs_from, k.id) and next.signs_from <= ?)
        """,
        before);
  }
}
