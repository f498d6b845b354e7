package dev.muster.server.action;

import dev.muster.protocol.CommandSignature;
import dev.muster.protocol.Json;
import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.JsonText;
import dev.muster.server.platform.OrganizationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/// The SQL of actions.
final class ActionStore {
  static final String SELECT =
      """
      select a.organization_id, a.id, a.number, a.device_id, d.handle, a.type, a.params::text, a.priority,
        a.created_at, a.expires_at, a.timeout_seconds, a.max_attempts, a.batch_id, a.retry_of, a.state,
        a.started_at, a.attempt, a.delivered_at, a.next_attempt_at, a.simulated_until, a.simulated_error,
        a.percent, a.progress, a.progress_at, a.ended_at, a.error, a.result::text
      from action.action a
      join device.device d on d.organization_id = a.organization_id and d.id = a.device_id
      """;

  /// What the clock must look at.
  record Due(OrganizationId organization, DeviceId device, ActionId id, long number, Instant at) {}

  /// An action that was asked for with a client token before.
  record Known(ActionId id, String requestHash) {}

  private ActionStore() {}

  static long nextNumber(Handle handle) {
    return handle.createQuery("select nextval('action.number')").mapTo(long.class).one();
  }

  /// Returns false, and stores nothing, when the client token is taken.
  static boolean insert(
      Handle handle,
      Caller caller,
      Action action,
      @Nullable String clientToken,
      @Nullable String requestHash) {
    Maker maker = Maker.of(caller);
    return bind(
                handle.createUpdate(
                    """
                    insert into action.action
                      (organization_id, id, number, device_id, type, params, priority, timeout_seconds,
                       max_attempts, batch_id, retry_of, client_token, request_hash, created_by_kind,
                       created_by_id, created_at, expires_at, state, due_at)
                    values (:organization, :id, :number, :device, :type, cast(:params as jsonb), :priority,
                       :timeout, :attempts, :batch, :retryOf, :clientToken, :requestHash, :makerKind, :makerId,
                       :createdAt, :expiresAt, :state, :dueAt)
                    on conflict (organization_id, client_token) where client_token is not null do nothing
                    """),
                action)
            .bindByType("clientToken", clientToken, String.class)
            .bindByType("requestHash", requestHash, String.class)
            .bind("makerKind", maker.kind())
            .bindByType("makerId", maker.id(), UUID.class)
            .execute()
        == 1;
  }

  private static <S extends SqlStatement<S>> S bind(S statement, Action action) {
    Action.Order order = action.order();
    ActionId retryOf = order.retryOf();
    return statement
        .bind("organization", action.organization())
        .bind("id", action.id().value())
        .bind("number", action.number())
        .bind("device", action.device().value())
        .bind("type", order.type().name())
        .bind("params", params(order.params()))
        .bind("priority", order.priority().rank())
        .bind("timeout", order.timeout().toSeconds())
        .bind("attempts", order.attempts())
        .bindByType("batch", order.batch(), UUID.class)
        .bindByType("retryOf", retryOf == null ? null : retryOf.value(), String.class)
        .bind("createdAt", order.createdAt())
        .bind("expiresAt", order.expiresAt())
        .bind("state", action.state().name())
        .bindByType("dueAt", action.dueAt(), Instant.class);
  }

  /// Writes what may change of an action. Its device's row is held.
  static void update(Handle handle, Action action) {
    Action.Run run = action.run();
    Action.Simulated simulated = run.simulated();
    Action.Progress progress = action.progress();
    Action.End end = action.end();
    Json.Obj result = end == null ? null : end.result();
    handle
        .createUpdate(
            """
            update action.action set state = :state, started_at = :startedAt, attempt = :attempt,
              delivered_at = :deliveredAt, next_attempt_at = :nextAttemptAt,
              simulated_until = :simulatedUntil, simulated_error = :simulatedError, percent = :percent,
              progress = :progress, progress_at = :progressAt, ended_at = :endedAt, error = :error,
              result = cast(:result as jsonb), due_at = :dueAt
            where organization_id = :organization and id = :id
            """)
        .bind("organization", action.organization())
        .bind("id", action.id().value())
        .bind("state", action.state().name())
        .bindByType("startedAt", run.startedAt(), Instant.class)
        .bind("attempt", run.attempt())
        .bindByType("deliveredAt", run.deliveredAt(), Instant.class)
        .bindByType("nextAttemptAt", run.nextAttemptAt(), Instant.class)
        .bindByType("simulatedUntil", simulated == null ? null : simulated.until(), Instant.class)
        .bindByType("simulatedError", simulated == null ? null : simulated.error(), String.class)
        .bindByType("percent", progress.percent(), Integer.class)
        .bindByType("progress", progress.text(), String.class)
        .bindByType("progressAt", progress.at(), Instant.class)
        .bindByType("endedAt", end == null ? null : end.at(), Instant.class)
        .bindByType("error", end == null ? null : end.error(), String.class)
        .bindByType("result", result == null ? null : result.canonical(), String.class)
        .bindByType("dueAt", action.dueAt(), Instant.class)
        .execute();
  }

  static Optional<Action> find(Handle handle, OrganizationId organization, ActionId id) {
    return handle
        .createQuery(SELECT + "where a.organization_id = :organization and a.id = :id")
        .bind("organization", organization)
        .bind("id", id.value())
        .map((row, _) -> action(row))
        .findOne();
  }

  static Map<ActionId, Action> findAll(
      Handle handle, OrganizationId organization, Collection<ActionId> ids) {
    return handle
        .createQuery(SELECT + "where a.organization_id = :organization and a.id = any(:ids)")
        .bind("organization", organization)
        .bindArray("ids", String.class, ids.stream().map(ActionId::value).toList())
        .map((row, _) -> action(row))
        .collectToMap(Action::id, action -> action);
  }

  static Optional<Known> findByToken(Handle handle, OrganizationId organization, String token) {
    return handle
        .createQuery(
            """
            select id, request_hash from action.action
            where organization_id = :organization and client_token = :token
            """)
        .bind("organization", organization)
        .bind("token", token)
        .map((row, _) -> new Known(new ActionId(row.getString(1)), row.getString(2)))
        .findOne();
  }

  static Optional<Action> findRunning(Handle handle, OrganizationId organization, DeviceId device) {
    return handle
        .createQuery(
            SELECT
                + "where a.organization_id = :organization and a.device_id = :device and a.state = 'RUNNING'")
        .bind("organization", organization)
        .bind("device", device.value())
        .map((row, _) -> action(row))
        .findOne();
  }

  /// The present actions of those of the devices that have one.
  static Map<DeviceId, ActionId> running(
      Handle handle, OrganizationId organization, List<DeviceId> devices) {
    Map<DeviceId, ActionId> found = new HashMap<>();
    handle
        .createQuery(
            """
            select device_id, id from action.action
            where organization_id = :organization and device_id = any(:devices) and state = 'RUNNING'
            """)
        .bind("organization", organization)
        .bindArray("devices", UUID.class, devices.stream().map(DeviceId::value).toList())
        .map((row, _) ->
            found.put(new DeviceId(row.getObject(1, UUID.class)), new ActionId(row.getString(2))))
        .list();
    return found;
  }

  /// What comes next on a device.
  static Optional<Action> findNext(Handle handle, OrganizationId organization, DeviceId device) {
    return waiting(handle, organization, device, 1).stream().findFirst();
  }

  /// What waits on a device, in its order.
  static List<Action> waiting(
      Handle handle, OrganizationId organization, DeviceId device, int limit) {
    return handle
        .createQuery(
            SELECT
                + """
                where a.organization_id = :organization and a.device_id = :device and a.state = 'PENDING'
                order by a.priority desc, a.number limit :limit
                """)
        .bind("organization", organization)
        .bind("device", device.value())
        .bind("limit", limit)
        .map((row, _) -> action(row))
        .list();
  }

  static int countWaiting(Handle handle, OrganizationId organization, DeviceId device, int most) {
    return handle
        .createQuery(
            """
            select count(*) from (
              select from action.action
              where organization_id = :organization and device_id = :device and state = 'PENDING'
              limit :most) as counted
            """)
        .bind("organization", organization)
        .bind("device", device.value())
        .bind("most", most)
        .mapTo(int.class)
        .one();
  }

  /// What the clock must look at, the longest due first. Nobody is locked by looking.
  ///
  /// @param timeouts whether with the attempts that devices have not answered in time
  /// @param seen after which to go on; null to begin
  static List<Due> due(
      Handle handle, Instant now, boolean timeouts, @Nullable Due seen, int limit) {
    Query query =
        handle.createQuery(
            "select organization_id, device_id, id, number, due_at from action.action where due_at <= :now"
                + (timeouts ? "" : " and (delivered_at is null or simulated_until is not null)")
                + (seen == null ? "" : " and (due_at, number) > (:dueAt, :number)")
                + " order by due_at, number limit :limit");
    if (seen != null) {
      query.bind("dueAt", seen.at()).bind("number", seen.number());
    }
    return query.bind("now", now).bind("limit", limit).map((row, _) -> due(row)).list();
  }

  /// The clock looks at it again then, and nothing else changes. Its device's row is held.
  static void lookAgain(Handle handle, Action action, Instant at) {
    handle
        .createUpdate(
            """
            update action.action set due_at = :at where organization_id = :organization and id = :id
            """)
        .bind("organization", action.organization())
        .bind("id", action.id().value())
        .bind("at", at)
        .execute();
  }

  /// Of a batch what has not ended, by device, so that whoever goes over them locks in one order.
  static List<Due> openOf(Handle handle, OrganizationId organization, UUID batch, int limit) {
    return handle
        .createQuery(
            """
            select organization_id, device_id, id, number, due_at from action.action
            where organization_id = :organization and batch_id = :batch and due_at is not null
            order by device_id limit :limit
            """)
        .bind("organization", organization)
        .bind("batch", batch)
        .bind("limit", limit)
        .map((row, _) -> due(row))
        .list();
  }

  private static Due due(ResultSet row) throws SQLException {
    return new Due(
        new OrganizationId(row.getObject("organization_id", UUID.class)),
        new DeviceId(row.getObject("device_id", UUID.class)),
        new ActionId(row.getString("id")),
        row.getLong("number"),
        instant(row, "due_at"));
  }

  private static String params(Map<String, String> params) {
    return CommandSignature.parameters(params).canonical();
  }

  static Action action(ResultSet row) throws SQLException {
    String retryOf = row.getString("retry_of");
    return new Action(
        new OrganizationId(row.getObject("organization_id", UUID.class)),
        new ActionId(row.getString("id")),
        row.getLong("number"),
        new DeviceId(row.getObject("device_id", UUID.class)),
        row.getString("handle"),
        new Action.Order(
            ActionType.valueOf(row.getString("type")),
            texts(JsonText.parseObject(row.getString("params"))),
            ActionPriority.ofRank(row.getInt("priority")),
            instant(row, "created_at"),
            instant(row, "expires_at"),
            Duration.ofSeconds(row.getLong("timeout_seconds")),
            row.getInt("max_attempts"),
            row.getObject("batch_id", UUID.class),
            retryOf == null ? null : new ActionId(retryOf)),
        ActionState.valueOf(row.getString("state")),
        run(row),
        new Action.Progress(
            row.getObject("percent", Integer.class),
            row.getString("progress"),
            instantOrNull(row, "progress_at")),
        end(row));
  }

  private static Action.Run run(ResultSet row) throws SQLException {
    Instant until = instantOrNull(row, "simulated_until");
    return new Action.Run(
        instantOrNull(row, "started_at"),
        row.getInt("attempt"),
        instantOrNull(row, "delivered_at"),
        instantOrNull(row, "next_attempt_at"),
        until == null ? null : new Action.Simulated(until, row.getString("simulated_error")));
  }

  private static Action.@Nullable End end(ResultSet row) throws SQLException {
    Instant at = instantOrNull(row, "ended_at");
    String result = row.getString("result");
    return at == null
        ? null
        : new Action.End(
            at, row.getString("error"), result == null ? null : JsonText.parseObject(result));
  }

  private static Map<String, String> texts(Json.Obj params) {
    Map<String, String> texts = new TreeMap<>();
    params
        .fields()
        .forEach((key, value) -> {
          if (value instanceof Json.Text text) {
            texts.put(key, text.value());
          }
        });
    return texts;
  }

  static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  static @Nullable Instant instantOrNull(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }

  /// Who asked for an action.
  private record Maker(String kind, @Nullable UUID id) {
    static Maker of(Caller caller) {
      return switch (caller) {
        case Caller.Person person -> new Maker("person", person.userId());
        case Caller.Key key -> new Maker("key", key.keyId());
        case Caller.Device device -> new Maker("device", device.deviceId());
        case Caller.Enroller enroller -> new Maker("enrollment_token", enroller.tokenId());
        case Caller.Server _ -> new Maker("server", null);
      };
    }
  }
}
