package dev.muster.server.attachment;

import dev.muster.server.organization.Quota;
import dev.muster.server.organization.QuotaUsage;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import org.jdbi.v3.core.Handle;

/// Counts the bytes of all attachments, those that are still to come too.
@Singleton
final class AttachmentUsageStore implements QuotaUsage {
  @Override
  public Quota quota() {
    return Quota.ATTACHMENT_BYTES;
  }

  @Override
  public long used(Handle handle, OrganizationId organization) {
    return handle
        .createQuery(
            "select coalesce(sum(size), 0) from attachment.attachment where organization_id ="
                + " :organization")
        .bind("organization", organization)
        .mapTo(long.class)
        .one();
  }
}
