package dev.muster.server.alert;

import dev.muster.server.platform.OrganizationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/// The SQL of standings. Rows are locked in the order of their key.
final class StandingStore {
  private static final String COLUMNS =
      """
      s.organization_id, s.subject_id, s.kind, s.phase, s.times, s.since, s.alert_id, s.raised_at,
      s.due_at, s.summary
      """;

  private StandingStore() {}

  /// Those of the subjects with these rules that there are, locked.
  static Map<Ledger.Key, Standing> hold(
      Handle handle, Collection<Ledger.Subject> subjects, Collection<RuleKind> kinds) {
    return found(
        of(
                handle.createQuery(
                    "select "
                        + COLUMNS
                        + """
                        from alert.standing s
                        join unnest(:organizations, :subjects) as k (organization_id, subject_id)
                          on k.organization_id = s.organization_id and k.subject_id = s.subject_id
                        where s.kind = any(:kinds)
                        order by s.organization_id, s.subject_id, s.kind
                        for update of s
                        """),
                subjects,
                kinds)
            .map((row, _) -> Map.entry(key(row), standing(row)))
            .list());
  }

  /// Those of the subjects that are wrong by these rules, not locked.
  static Set<Ledger.Key> wrongAmong(
      Handle handle, Collection<Ledger.Subject> subjects, Collection<RuleKind> kinds) {
    return new HashSet<>(
        of(
                handle.createQuery(
                    """
                    select s.organization_id, s.subject_id, s.kind from alert.standing s
                    join unnest(:organizations, :subjects) as k (organization_id, subject_id)
                      on k.organization_id = s.organization_id and k.subject_id = s.subject_id
                    where s.kind = any(:kinds) and s.phase <> 'COOLING'
                    """),
                subjects,
                kinds)
            .map((row, _) -> key(row))
            .list());
  }

  private static <S extends SqlStatement<S>> S of(
      S statement, Collection<Ledger.Subject> subjects, Collection<RuleKind> kinds) {
    return statement
        .bindArray(
            "organizations",
            UUID.class,
            subjects.stream().map(subject -> subject.organization().value()).toList())
        .bindArray("subjects", UUID.class, subjects.stream().map(Ledger.Subject::id).toList())
        .bindArray("kinds", String.class, kinds.stream().map(RuleKind::name).toList());
  }

  /// Some of those that are due, locked.
  static Map<Ledger.Key, Standing> due(Handle handle, Instant now, int limit) {
    return found(
        handle
            .createQuery(
                "select "
                    + COLUMNS
                    + """
                    from alert.standing s where s.due_at <= :now
                    order by s.due_at limit :limit
                    for update of s skip locked
                    """)
            .bind("now", now)
            .bind("limit", limit)
            .map((row, _) -> Map.entry(key(row), standing(row)))
            .list());
  }

  private static Map<Ledger.Key, Standing> found(List<Map.Entry<Ledger.Key, Standing>> rows) {
    Map<Ledger.Key, Standing> found = new LinkedHashMap<>();
    rows.forEach(row -> found.put(row.getKey(), row.getValue()));
    return found;
  }

  /// Those subjects of an organization that are wrong by a rule.
  static Set<UUID> wrong(Handle handle, OrganizationId organization, RuleKind kind) {
    return new HashSet<>(
        handle
            .createQuery(
                """
                select subject_id from alert.standing
                where organization_id = :organization and kind = :kind and phase <> 'COOLING'
                """)
            .bind("organization", organization)
            .bind("kind", kind.name())
            .mapTo(UUID.class)
            .list());
  }

  /// Has all that depends on a rule looked at, by when every node has heard of its change.
  static void lookAgain(
      Handle handle, OrganizationId organization, RuleKind kind, Instant changed) {
    handle
        .createUpdate(
            """
            update alert.standing set due_at = :soon
            where organization_id = :organization and kind = :kind and phase <> 'COOLING'
            """)
        .bind("soon", changed.plusSeconds(2))
        .bind("organization", organization)
        .bind("kind", kind.name())
        .execute();
  }

  static void postpone(Handle handle, Collection<Ledger.Key> keys, Instant until) {
    named(
            handle.createUpdate(
                """
                update alert.standing s set due_at = :until
                from unnest(:organizations, :subjects, :kinds) as k (organization_id, subject_id, kind)
                where s.organization_id = k.organization_id and s.subject_id = k.subject_id and s.kind = k.kind
                """),
            keys)
        .bind("until", until)
        .execute();
  }

  /// Writes new rows. Returns those that were not there before.
  static Set<Ledger.Key> insert(Handle handle, Map<Ledger.Key, Standing> standings) {
    return standings.isEmpty()
        ? Set.of()
        : filled(
                handle.createQuery(
                    """
                    insert into alert.standing (organization_id, subject_id, kind, device_id, phase, times,
                      since, alert_id, raised_at, due_at, summary)
                    select n.organization_id, n.subject_id, n.kind, n.device_id, n.phase, n.times, n.since,
                      n.alert_id, n.raised_at, n.due_at, n.summary
                    from unnest(:organizations, :subjects, :kinds, :devices, :phases, :times,
                      cast(:since as timestamptz[]), :alerts, cast(:raised as timestamptz[]),
                      cast(:due as timestamptz[]), :summaries)
                      as n (organization_id, subject_id, kind, device_id, phase, times, since, alert_id,
                        raised_at, due_at, summary)
                    order by n.organization_id, n.subject_id, n.kind
                    on conflict do nothing
                    returning organization_id, subject_id, kind
                    """),
                standings)
            .bindArray(
                "devices",
                UUID.class,
                standings.keySet().stream()
                    .map(key -> key.kind().isOfServer() ? null : key.subject().id())
                    .toList())
            .map((row, _) -> key(row))
            .set();
  }

  /// Writes rows that are locked.
  static void update(Handle handle, Map<Ledger.Key, Standing> standings) {
    if (!standings.isEmpty()) {
      filled(
              handle.createUpdate(
                  """
                  update alert.standing s set phase = n.phase, times = n.times, since = n.since,
                    alert_id = n.alert_id, raised_at = n.raised_at, due_at = n.due_at, summary = n.summary
                  from unnest(:organizations, :subjects, :kinds, :phases, :times,
                    cast(:since as timestamptz[]), :alerts, cast(:raised as timestamptz[]),
                    cast(:due as timestamptz[]), :summaries)
                    as n (organization_id, subject_id, kind, phase, times, since, alert_id, raised_at,
                      due_at, summary)
                  where s.organization_id = n.organization_id and s.subject_id = n.subject_id
                    and s.kind = n.kind
                  """),
              standings)
          .execute();
    }
  }

  static void delete(Handle handle, Collection<Ledger.Key> keys) {
    if (!keys.isEmpty()) {
      named(
              handle.createUpdate(
                  """
                  delete from alert.standing s
                  using unnest(:organizations, :subjects, :kinds) as k (organization_id, subject_id, kind)
                  where s.organization_id = k.organization_id and s.subject_id = k.subject_id
                    and s.kind = k.kind
                  """),
              keys)
          .execute();
    }
  }

  private static <S extends SqlStatement<S>> S named(S statement, Collection<Ledger.Key> keys) {
    return statement
        .bindArray(
            "organizations",
            UUID.class,
            keys.stream().map(key -> key.subject().organization().value()).toList())
        .bindArray("subjects", UUID.class, keys.stream().map(key -> key.subject().id()).toList())
        .bindArray("kinds", String.class, keys.stream().map(key -> key.kind().name()).toList());
  }

  private static <S extends SqlStatement<S>> S filled(
      S statement, Map<Ledger.Key, Standing> standings) {
    Collection<Standing> values = standings.values();
    return named(statement, standings.keySet())
        .bindArray("phases", String.class, values.stream().map(s -> s.phase().name()).toList())
        .bindArray("times", Integer.class, values.stream().map(Standing::times).toList())
        .bindArray("since", String.class, values.stream().map(s -> s.since().toString()).toList())
        .bindArray("alerts", UUID.class, values.stream().map(Standing::alert).toList())
        .bindArray("raised", String.class, values.stream().map(s -> text(s.raisedAt())).toList())
        .bindArray("due", String.class, values.stream().map(s -> text(s.dueAt())).toList())
        .bindArray("summaries", String.class, values.stream().map(Standing::summary).toList());
  }

  private static @Nullable String text(@Nullable Instant instant) {
    return instant == null ? null : instant.toString();
  }

  private static Ledger.Key key(ResultSet row) throws SQLException {
    return new Ledger.Key(
        new Ledger.Subject(
            new OrganizationId(row.getObject("organization_id", UUID.class)),
            row.getObject("subject_id", UUID.class)),
        RuleKind.valueOf(row.getString("kind")));
  }

  private static Standing standing(ResultSet row) throws SQLException {
    return new Standing(
        Standing.Phase.valueOf(row.getString("phase")),
        row.getInt("times"),
        row.getObject("since", OffsetDateTime.class).toInstant(),
        row.getObject("alert_id", UUID.class),
        instant(row, "raised_at"),
        instant(row, "due_at"),
        row.getString("summary"));
  }

  static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }

  /// How many alerts fire, by kind and all organizations together.
  static Map<RuleKind, Long> firing(Handle handle) {
    return handle
        .createQuery(
            "select kind, count(*) from alert.standing where phase = 'FIRING' group by kind")
        .map((row, _) -> Map.entry(RuleKind.valueOf(row.getString(1)), row.getLong(2)))
        .stream()
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }
}
