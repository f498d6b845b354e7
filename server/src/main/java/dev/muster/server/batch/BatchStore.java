package dev.muster.server.batch;

import dev.muster.protocol.CommandSignature;
import dev.muster.protocol.Json;
import dev.muster.server.action.ActionPriority;
import dev.muster.server.action.ActionType;
import dev.muster.server.action.NewAction;
import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.JsonText;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/// The SQL of the room.
final class BatchStore {
  private static final String SELECT =
      """
      select id, type, params::text, priority, ttl_seconds, timeout_seconds, max_attempts, supersede,
        created_at, devices, expanded, refused, cancelled_at, cancel_reason, done_at
      from batch.batch where organization_id = :organization
      """;

  /// A batch that is not done.
  record Open(OrganizationId organization, UUID id) {}

  /// A batch that was asked for with a client token before.
  record Known(Batch batch, String requestHash) {}

  private BatchStore() {}

  /// Returns false, and stores nothing, when the client token is taken.
  static boolean insert(
      Handle handle, OrganizationId organization, Batch batch, String requestHash) {
    NewAction request = batch.request();
    return handle
            .createUpdate(
                """
                insert into batch.batch (organization_id, id, type, params, priority, ttl_seconds,
                  timeout_seconds, max_attempts, supersede, client_token, request_hash, created_at, devices)
                values (:organization, :id, :type, cast(:params as jsonb), :priority, :ttl,
                  :timeout, :attempts, :supersede, :clientToken, :requestHash, :createdAt, :devices)
                on conflict (organization_id, client_token) where client_token is not null do nothing
                """)
            .bind("organization", organization)
            .bind("id", batch.id())
            .bind("type", request.type().name())
            .bind("params", CommandSignature.parameters(request.params()).canonical())
            .bind("priority", request.priority().name())
            .bindByType("ttl", seconds(request.ttl()), Long.class)
            .bindByType("timeout", seconds(request.timeout()), Long.class)
            .bindByType("attempts", request.attempts(), Integer.class)
            .bind("supersede", request.supersede())
            .bindByType("clientToken", request.clientToken(), String.class)
            .bind("requestHash", requestHash)
            .bind("createdAt", batch.createdAt())
            .bind("devices", batch.devices())
            .execute()
        == 1;
  }

  private static @Nullable Long seconds(@Nullable Duration duration) {
    return duration == null ? null : Long.valueOf(duration.toSeconds());
  }

  static void insertChunks(
      Handle handle, OrganizationId organization, UUID batch, List<DeviceId> devices, int size) {
    PreparedBatch rows =
        handle.prepareBatch(
            """
            insert into batch.chunk (organization_id, batch_id, number, devices)
            values (:organization, :batch, :number, :devices)
            """);
    for (int from = 0; from < devices.size(); from += size) {
      List<DeviceId> chunk = devices.subList(from, Math.min(devices.size(), from + size));
      rows.bind("organization", organization)
          .bind("batch", batch)
          .bind("number", from / size)
          .bindArray("devices", UUID.class, chunk.stream().map(DeviceId::value).toList())
          .add();
    }
    if (rows.size() > 0) {
      rows.execute();
    }
  }

  static Optional<Known> findByToken(Handle handle, OrganizationId organization, String token) {
    return handle
        .createQuery(
            SELECT.replace("select id", "select request_hash, id") + " and client_token = :token")
        .bind("organization", organization)
        .bind("token", token)
        .map((row, _) -> new Known(batch(row), row.getString("request_hash")))
        .findOne();
  }

  static Optional<Batch> find(Handle handle, OrganizationId organization, UUID id) {
    return one(handle, organization, id, "");
  }

  /// Until the end of the transaction nobody else expands or cancels it.
  static Optional<Batch> lock(Handle handle, OrganizationId organization, UUID id) {
    return one(handle, organization, id, " for no key update");
  }

  /// The same, and empty when somebody has it.
  static Optional<Batch> tryLock(Handle handle, OrganizationId organization, UUID id) {
    return one(handle, organization, id, " for no key update skip locked");
  }

  private static Optional<Batch> one(
      Handle handle, OrganizationId organization, UUID id, String locking) {
    return handle
        .createQuery(SELECT + " and id = :id" + locking)
        .bind("organization", organization)
        .bind("id", id)
        .map((row, _) -> batch(row))
        .findOne();
  }

  static List<Batch> page(Handle handle, OrganizationId organization, int limit, int offset) {
    return handle
        .createQuery(SELECT + " order by id desc limit :limit offset :offset")
        .bind("organization", organization)
        .bind("limit", limit)
        .bind("offset", offset)
        .map((row, _) -> batch(row))
        .list();
  }

  static long count(Handle handle, OrganizationId organization) {
    return handle
        .createQuery("select count(*) from batch.batch where organization_id = :organization")
        .bind("organization", organization)
        .mapTo(long.class)
        .one();
  }

  /// What is to be expanded or cancelled, of all organizations, the oldest first.
  static List<Open> open(Handle handle, int limit) {
    return handle
        .createQuery(
            """
            select organization_id, id from batch.batch where done_at is null
            order by created_at limit :limit
            """)
        .bind("limit", limit)
        .map((row, _) -> open(row))
        .list();
  }

  /// Those that were done before `before`, the oldest first.
  static List<Open> doneBefore(Handle handle, Instant before, int limit) {
    return handle
        .createQuery(
            """
            select organization_id, id from batch.batch where done_at < :before
            order by done_at limit :limit
            """)
        .bind("before", before)
        .bind("limit", limit)
        .map((row, _) -> open(row))
        .list();
  }

  private static Open open(ResultSet row) throws SQLException {
    return new Open(new OrganizationId(row.getObject(1, UUID.class)), row.getObject(2, UUID.class));
  }

  static void forget(Handle handle, OrganizationId organization, UUID batch) {
    for (String table : new String[] {"batch.refusal", "batch.chunk"}) {
      handle.execute(
          "delete from " + table + " where organization_id = ? and batch_id = ?",
          organization,
          batch);
    }
    handle.execute(
        "delete from batch.batch where organization_id = ? and id = ?", organization, batch);
  }

  /// The next devices, which are gone from here with it; empty when that was all.
  static List<DeviceId> takeChunk(Handle handle, OrganizationId organization, UUID batch) {
    return handle
        .createQuery(
            """
            delete from batch.chunk
            where organization_id = :organization and batch_id = :batch and number = (
              select min(number) from batch.chunk
              where organization_id = :organization and batch_id = :batch)
            returning devices
            """)
        .bind("organization", organization)
        .bind("batch", batch)
        .map((row, _) -> (UUID[]) row.getArray(1).getArray())
        .findOne()
        .map(ids -> Arrays.stream(ids).map(DeviceId::new).toList())
        .orElse(List.of());
  }

  static void expanded(
      Handle handle, OrganizationId organization, UUID batch, int devices, int refused) {
    handle.execute(
        """
        update batch.batch set expanded = expanded + ?, refused = refused + ?
        where organization_id = ? and id = ?
        """,
        devices,
        refused,
        organization,
        batch);
  }

  static void refuse(
      Handle handle, OrganizationId organization, UUID batch, DeviceId device, Refusal refusal) {
    handle.execute(
        """
        insert into batch.refusal (organization_id, batch_id, device_id, code, detail)
        values (?, ?, ?, ?, ?)
        """,
        organization,
        batch,
        device.value(),
        refusal.code().wireName(),
        String.valueOf(refusal.getMessage()));
  }

  static List<Batch.Refused> refusals(
      Handle handle, OrganizationId organization, UUID batch, int limit) {
    return handle
        .createQuery(
            """
            select d.handle, r.code, r.detail from batch.refusal r
            join device.device d on d.organization_id = r.organization_id and d.id = r.device_id
            where r.organization_id = :organization and r.batch_id = :batch
            order by r.device_id limit :limit
            """)
        .bind("organization", organization)
        .bind("batch", batch)
        .bind("limit", limit)
        .map((row, _) -> new Batch.Refused(row.getString(1), row.getString(2), row.getString(3)))
        .list();
  }

  static void cancel(
      Handle handle,
      OrganizationId organization,
      UUID batch,
      @Nullable String reason,
      Instant now) {
    handle.execute(
        "delete from batch.chunk where organization_id = ? and batch_id = ?", organization, batch);
    handle
        .createUpdate(
            """
            update batch.batch set cancelled_at = :now, cancel_reason = :reason, done_at = null
            where organization_id = :organization and id = :batch
            """)
        .bind("now", now)
        .bindByType("reason", reason, String.class)
        .bind("organization", organization)
        .bind("batch", batch)
        .execute();
  }

  static void done(Handle handle, OrganizationId organization, UUID batch, Instant now) {
    handle
        .createUpdate(
            "update batch.batch set done_at = :now where organization_id = :organization and id = :batch")
        .bind("now", now)
        .bind("organization", organization)
        .bind("batch", batch)
        .execute();
  }

  private static Batch batch(ResultSet row) throws SQLException {
    Map<String, String> params = new TreeMap<>();
    JsonText.parseObject(row.getString("params"))
        .fields()
        .forEach((name, value) -> {
          if (value instanceof Json.Text text) {
            params.put(name, text.value());
          }
        });
    NewAction request =
        NewAction.of(ActionType.valueOf(row.getString("type")), params)
            .at(ActionPriority.valueOf(row.getString("priority")))
            .within(duration(row, "ttl_seconds"), duration(row, "timeout_seconds"))
            .tried(row.getObject("max_attempts", Integer.class))
            .superseding(row.getBoolean("supersede"));
    return new Batch(
        row.getObject("id", UUID.class),
        request,
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        row.getInt("devices"),
        row.getInt("expanded"),
        row.getInt("refused"),
        instant(row, "cancelled_at"),
        row.getString("cancel_reason"),
        instant(row, "done_at"));
  }

  private static @Nullable Duration duration(ResultSet row, String column) throws SQLException {
    long seconds = row.getLong(column);
    return row.wasNull() ? null : Duration.ofSeconds(seconds);
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }
}
