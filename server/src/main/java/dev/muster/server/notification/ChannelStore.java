package dev.muster.server.notification;

import dev.muster.server.alert.RuleKind;
import dev.muster.server.platform.OrganizationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/// The SQL of channels.
final class ChannelStore {
  /// A channel with what is needed to get there.
  static final class Sealed {
    private final Channel channel;
    private final byte[] target;

    Sealed(Channel channel, byte[] target) {
      this.channel = channel;
      this.target = target;
    }

    Channel channel() {
      return channel;
    }

    byte[] target() {
      return target;
    }
  }

  private ChannelStore() {}

  /// False when the name is taken.
  static boolean insert(
      Handle handle, OrganizationId organization, Channel channel, byte[] target) {
    return handle
            .createUpdate(
                """
                insert into notification.channel
                  (organization_id, id, kind, name, shown, sealed, minimum_severity, kinds, enabled,
                   created_at, updated_at)
                values (:organization, :id, :kind, :name, :shown, :sealed, :minimum, :kinds, :enabled,
                  :createdAt, :updatedAt)
                on conflict (organization_id, name) do nothing
                """)
            .bind("organization", organization)
            .bind("id", channel.id())
            .bind("kind", channel.kind().name())
            .bind("name", channel.name())
            .bind("shown", channel.shown())
            .bind("sealed", target)
            .bind("minimum", Channel.rank(channel.filter().minimum()))
            .bindArray("kinds", String.class, names(channel))
            .bind("enabled", channel.enabled())
            .bind("createdAt", channel.createdAt())
            .bind("updatedAt", channel.updatedAt())
            .execute()
        == 1;
  }

  /// False when the name is taken by another.
  static boolean update(
      Handle handle, OrganizationId organization, Channel channel, byte[] target) {
    return handle
            .createUpdate(
                """
                update notification.channel set name = :name, shown = :shown, sealed = :sealed,
                  minimum_severity = :minimum, kinds = :kinds, enabled = :enabled, updated_at = :updatedAt
                where organization_id = :organization and id = :id and not exists (
                  select from notification.channel other
                  where other.organization_id = :organization and other.name = :name and other.id <> :id)
                """)
            .bind("organization", organization)
            .bind("id", channel.id())
            .bind("name", channel.name())
            .bind("shown", channel.shown())
            .bind("sealed", target)
            .bind("minimum", Channel.rank(channel.filter().minimum()))
            .bindArray("kinds", String.class, names(channel))
            .bind("enabled", channel.enabled())
            .bind("updatedAt", channel.updatedAt())
            .execute()
        == 1;
  }

  static void delete(Handle handle, OrganizationId organization, UUID id) {
    handle.execute(
        "delete from notification.channel where organization_id = ? and id = ?", organization, id);
  }

  static long count(Handle handle, OrganizationId organization) {
    return handle
        .createQuery(
            "select count(*) from notification.channel where organization_id = :organization")
        .bind("organization", organization)
        .mapTo(Long.class)
        .one();
  }

  static List<Channel> page(Handle handle, OrganizationId organization, int limit, int offset) {
    return handle
        .createQuery(
            """
            select * from notification.channel where organization_id = :organization
            order by name limit :limit offset :offset
            """)
        .bind("organization", organization)
        .bind("limit", limit)
        .bind("offset", offset)
        .map((row, _) -> channel(row))
        .list();
  }

  static Optional<Sealed> find(Handle handle, OrganizationId organization, UUID id) {
    return Optional.ofNullable(find(handle, List.of(organization), List.of(id)).get(id));
  }

  /// The channels by their ids, in whatever organizations the transaction sees.
  static Map<UUID, Sealed> find(
      Handle handle, Collection<OrganizationId> organizations, Collection<UUID> ids) {
    Map<UUID, Sealed> found = new HashMap<>();
    handle
        .createQuery(
            """
            select * from notification.channel
            where organization_id = any(:organizations) and id = any(:ids)
            """)
        .bindArray(
            "organizations", UUID.class, organizations.stream().map(OrganizationId::value).toList())
        .bindArray("ids", UUID.class, ids)
        .map((row, _) -> new Sealed(channel(row), row.getBytes("sealed")))
        .forEach(sealed -> found.put(sealed.channel().id(), sealed));
    return found;
  }

  private static List<String> names(Channel channel) {
    return channel.filter().kinds().stream().map(Enum::name).sorted().toList();
  }

  private static Channel channel(ResultSet row) throws SQLException {
    return new Channel(
        row.getObject("id", UUID.class),
        Channel.Kind.valueOf(row.getString("kind")),
        row.getString("name"),
        row.getString("shown"),
        new Channel.Filter(
            Channel.ranked(row.getInt("minimum_severity")),
            Arrays.stream((String[]) row.getArray("kinds").getArray())
                .map(RuleKind::valueOf)
                .collect(Collectors.toSet())),
        row.getBoolean("enabled"),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        row.getObject("updated_at", OffsetDateTime.class).toInstant());
  }
}
