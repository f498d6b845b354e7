package dev.muster.server.attachment;

import dev.muster.server.platform.OrganizationId;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/// The SQL of the bytes of attachments.
final class ChunkStore {
  private static final int AT_A_TIME = 8;

  private ChunkStore() {}

  static void insert(
      Handle handle, OrganizationId organization, UUID attachment, long beginsAt, byte[] bytes) {
    handle
        .createUpdate(
            """
            insert into attachment.chunk (organization_id, attachment_id, begins_at, bytes)
            values (:organization, :attachment, :beginsAt, :bytes)
            """)
        .bind("organization", organization)
        .bind("attachment", attachment)
        .bind("beginsAt", beginsAt)
        .bind("bytes", bytes)
        .execute();
  }

  /// Whether this very chunk is there already.
  static boolean has(
      Handle handle, OrganizationId organization, UUID attachment, long beginsAt, byte[] bytes) {
    return handle
        .createQuery(
            """
            select exists (select from attachment.chunk
              where organization_id = :organization and attachment_id = :attachment and begins_at = :beginsAt
                and bytes = :bytes)
            """)
        .bind("organization", organization)
        .bind("attachment", attachment)
        .bind("beginsAt", beginsAt)
        .bind("bytes", bytes)
        .mapTo(boolean.class)
        .one();
  }

  /// The bytes from a position before the end on, up to the end of their chunk.
  static Optional<byte[]> from(
      Handle handle, OrganizationId organization, UUID attachment, long position) {
    return handle
        .createQuery(
            """
            select substring(bytes from cast(:position - begins_at + 1 as int)) as bytes from attachment.chunk
            where organization_id = :organization and attachment_id = :attachment and begins_at <= :position
            order by begins_at desc limit 1
            """)
        .bind("organization", organization)
        .bind("attachment", attachment)
        .bind("position", position)
        .map((row, _) -> row.getBytes("bytes"))
        .findOne();
  }

  /// SHA-256 of all bytes that are there, in lower-case hex.
  static String sha256(Handle handle, OrganizationId organization, UUID attachment) {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
    handle
        .createQuery(
            """
            select bytes from attachment.chunk
            where organization_id = :organization and attachment_id = :attachment order by begins_at
            """)
        .bind("organization", organization)
        .bind("attachment", attachment)
        .setFetchSize(AT_A_TIME)
        .map((row, _) -> row.getBytes("bytes"))
        .forEach(digest::update);
    return HexFormat.of().formatHex(digest.digest());
  }

  static void clear(Handle handle, OrganizationId organization, UUID attachment) {
    handle
        .createUpdate(
            """
            delete from attachment.chunk
            where organization_id = :organization and attachment_id = :attachment
            """)
        .bind("organization", organization)
        .bind("attachment", attachment)
        .execute();
  }
}
