package dev.muster.server.audit;

import dev.muster.protocol.Json;
import dev.muster.server.platform.JsonText;
import dev.muster.server.platform.OrganizationId;
import java.io.UncheckedIOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The SQL of entries and of the personal data beside them.
final class AuditStore {
  /// An entry as it is found, with the authentication code that it claims, and its personal data
  /// unless it has none or they were erased.
  record Stored(Entry entry, String mac, @Nullable Personal personal) {
    /// The fields before, personal or not.
    Json.Obj before() {
      return personal == null ? entry.before() : personal.before();
    }

    Json.Obj after() {
      return personal == null ? entry.after() : personal.after();
    }

    /// Whether the fields were personal and are not here any more.
    boolean erased() {
      return entry.commitment() != null && personal == null;
    }
  }

  /// Of `audit.entry e` and `audit.personal p`, for [#stored].
  static final String COLUMNS =
      """
      e.organization_id, e.id, e.at, e.actor_kind, e.actor_id, e.actor_name, e.request_id, e.action,
      e.target_kind, e.target_id, e.before, e.after, e.person_id, encode(e.commitment, 'hex') as commitment,
      encode(e.mac, 'hex') as mac, encode(p.salt, 'hex') as salt, p.before as personal_before,
      p.after as personal_after
      """;

  private AuditStore() {}

  /// Writes an entry that waits for its place in the chain.
  static void insert(Handle handle, Entry entry, String mac) {
    handle
        .createUpdate(
            """
            with written as (
              insert into audit.entry
                (organization_id, id, at, actor_kind, actor_id, actor_name, request_id, action,
                 target_kind, target_id, before, after, person_id, commitment, mac)
              values (:organization, :id, :at, :actorKind, :actorId, :actorName, :requestId, :action,
                 :kind, :target, cast(:before as jsonb), cast(:after as jsonb), :person,
                 decode(:commitment, 'hex'), decode(:mac, 'hex'))
              returning organization_id, id)
            insert into audit.unsealed (organization_id, entry_id) select organization_id, id from written
            """)
        .bind("organization", entry.organization())
        .bind("id", entry.id())
        .bind("at", entry.at())
        .bind("actorKind", entry.actor().kind().wireName())
        .bindByType("actorId", entry.actor().id(), UUID.class)
        .bindByType("actorName", entry.actor().job(), String.class)
        .bindByType("requestId", entry.requestId(), String.class)
        .bind("action", entry.action())
        .bind("kind", entry.kind())
        .bind("target", entry.target())
        .bind("before", entry.before().canonical())
        .bind("after", entry.after().canonical())
        .bindByType("person", entry.person(), UUID.class)
        .bindByType("commitment", entry.commitment(), String.class)
        .bind("mac", mac)
        .execute();
  }

  static void insertPersonal(
      Handle handle, OrganizationId organization, UUID entry, UUID person, Personal personal) {
    handle
        .createUpdate(
            """
            insert into audit.personal (organization_id, entry_id, person_id, salt, before, after)
            values (:organization, :entry, :person, decode(:salt, 'hex'), cast(:before as jsonb), cast(:after as jsonb))
            """)
        .bind("organization", organization)
        .bind("entry", entry)
        .bind("person", person)
        .bind("salt", personal.salt())
        .bind("before", personal.before().canonical())
        .bind("after", personal.after().canonical())
        .execute();
  }

  static int deletePersonal(Handle handle, OrganizationId organization, UUID person) {
    return handle.execute(
        "delete from audit.personal where organization_id = ? and person_id = ?",
        organization,
        person);
  }

  static void eraseOrganization(Handle handle, OrganizationId organization) {
    handle.execute("set local statement_timeout = 0"); // all of it at once, however long it is
    handle.execute("select audit.erase_organization(?)", organization);
  }

  /// The entry of a row of [#COLUMNS].
  static Stored stored(ResultSet row) throws SQLException {
    Entry entry =
        new Entry(
            new OrganizationId(row.getObject("organization_id", UUID.class)),
            row.getObject("id", UUID.class),
            instant(row, "at"),
            actor(row),
            row.getString("request_id"),
            row.getString("action"),
            row.getString("target_kind"),
            row.getString("target_id"),
            object(row, "before"),
            object(row, "after"),
            row.getObject("person_id", UUID.class),
            row.getString("commitment"));
    String salt = row.getString("salt");
    return new Stored(
        entry,
        row.getString("mac"),
        salt == null || entry.commitment() == null
            ? null
            : new Personal(salt, object(row, "personal_before"), object(row, "personal_after")));
  }

  static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  /// What is no form of this server is read as something that differs from every entry that this
  /// server writes: whoever put it there must not stop the verification.
  private static Actor actor(ResultSet row) throws SQLException {
    String name = row.getString("actor_kind");
    Optional<Actor.Kind> kind = Actor.Kind.named(name);
    return new Actor(
        kind.orElse(Actor.Kind.SERVER),
        row.getObject("actor_id", UUID.class),
        kind.isPresent() ? row.getString("actor_name") : "unknown kind " + name);
  }

  /// The same for fields.
  private static Json.Obj object(ResultSet row, String column) throws SQLException {
    String text = row.getString(column);
    try {
      if (text.startsWith("{")) {
        return JsonText.parseObject(text);
      }
    } catch (UncheckedIOException _) {
      // no JSON that this server takes
    }
    return Json.obj(Map.of("unreadable", Json.of(text)));
  }
}
