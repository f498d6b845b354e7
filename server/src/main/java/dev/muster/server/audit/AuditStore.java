package dev.muster.server.audit;

import dev.muster.server.platform.Caller;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.RequestId;
import java.time.Instant;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// All SQL of the room.
final class AuditStore {
  private AuditStore() {}

  static void insert(
      Handle handle,
      OrganizationId organization,
      UUID id,
      Instant at,
      Caller caller,
      Change change) {
    handle
        .createUpdate(
            """
            insert into audit.entry
              (organization_id, id, at, actor_kind, actor_id, actor_name, request_id,
               action, target_kind, target_id, before, after)
            values (:organization, :id, :at, :actorKind, :actorId, :actorName, :requestId,
               :action, :kind, :target, cast(:before as jsonb), cast(:after as jsonb))
            """)
        .bind("organization", organization)
        .bind("id", id)
        .bind("at", at)
        .bind("actorKind", kind(caller))
        .bindByType("actorId", id(caller), UUID.class)
        .bindByType(
            "actorName", caller instanceof Caller.Server server ? server.job() : null, String.class)
        .bindByType("requestId", RequestId.current(), String.class)
        .bind("action", change.action())
        .bind("kind", change.kind())
        .bind("target", change.id())
        .bind("before", change.before().canonical())
        .bind("after", change.after().canonical())
        .execute();
  }

  private static String kind(Caller caller) {
    return switch (caller) {
      case Caller.Person _ -> "person";
      case Caller.Key _ -> "key";
      case Caller.Device _ -> "device";
      case Caller.Enroller _ -> "enrollment_token";
      case Caller.Server _ -> "server";
    };
  }

  private static @Nullable UUID id(Caller caller) {
    return switch (caller) {
      case Caller.Person person -> person.userId();
      case Caller.Key key -> key.keyId();
      case Caller.Device device -> device.deviceId();
      case Caller.Enroller enroller -> enroller.tokenId();
      case Caller.Server _ -> null;
    };
  }
}
