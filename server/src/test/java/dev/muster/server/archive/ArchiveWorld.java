package dev.muster.server.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.policy.PolicyTenant;
import dev.muster.server.policy.PolicyWorld;
import dev.muster.server.testing.TestSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;

/// The room on a database of its own, with an archive folder of its own.
record ArchiveWorld(
    PolicyWorld world,
    PolicyTenant tenant,
    Partitions partitions,
    SimpleMeterRegistry metrics,
    Path folder)
    implements AutoCloseable {
  static ArchiveWorld open() {
    PolicyWorld world = PolicyWorld.open();
    try {
      return new ArchiveWorld(
          world,
          world.tenant(),
          world.testDatabase().partitions(world.clock()),
          new SimpleMeterRegistry(),
          Files.createTempDirectory("archive"));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  Database database() {
    return world.testDatabase().database();
  }

  LocalDate today() {
    return Day.of(world.clock().instant());
  }

  Depot files() {
    return new FolderDepot(folder.resolve("archive"));
  }

  ArchiveJob job(Depot depot) {
    return job(depot, 0);
  }

  ArchiveJob job(Depot depot, long cap) {
    return new ArchiveJob(
        database(),
        world.clock(),
        new Archivist(
            world.clock(),
            partitions,
            depot,
            folder.resolve("work"),
            TestSettings.of(Map.of()).history()),
        new ArchiveMetrics(metrics),
        cap);
  }

  DeviceId device() {
    return new DeviceId(Ids.parse(tenant.device()).orElseThrow());
  }

  /// A heartbeat each 10 seconds.
  void heartbeats(DeviceId device, Instant from, int count) {
    heartbeats(tenant.organization(), device, from, count);
  }

  void heartbeats(OrganizationId organization, DeviceId device, Instant from, int count) {
    database()
        .in(
            organization,
            handle ->
                handle.execute(
                    """
                    insert into telemetry.heartbeat
                      (organization_id, device_id, bucket, taken_at, received_at, battery_pct, app_version, rest)
                    select ?, ?, t, t, t, 50, E'a "b"\\n c', '{"k": "line\\\\nbreak"}'
                    from generate_series(?::timestamptz, ?::timestamptz, interval '10 seconds') t
                    """,
                    organization,
                    device.value(),
                    from,
                    from.plusSeconds(10L * (count - 1))));
  }

  /// Rows of the history, partitions only.
  long rows(LocalDate day) {
    return world.sql(handle ->
        handle
            .createQuery(
                "select count(*) from telemetry.heartbeat where bucket >= :from and bucket < :to")
            .bind("from", Day.begin(day))
            .bind("to", Day.begin(day.plusDays(1)))
            .mapTo(Long.class)
            .one());
  }

  /// What all rows of the day say, as one text.
  String content(LocalDate day) {
    return world.sql(handle ->
        handle
            .createQuery(
                """
                select coalesce(string_agg(h::text, '|' order by organization_id, device_id, bucket), '')
                from telemetry.heartbeat h where bucket >= :from and bucket < :to
                """)
            .bind("from", Day.begin(day))
            .bind("to", Day.begin(day.plusDays(1)))
            .mapTo(String.class)
            .one());
  }

  boolean tableIsThere(LocalDate day) {
    return database()
        .<List<String>>asOwner(PartitionStore::tables)
        .contains(PartitionStore.name(day));
  }

  Day day(LocalDate day) {
    return database().asOwner(handle -> DayStore.find(handle, day)).orElseThrow();
  }

  void wish(LocalDate day, Day.Wish wish) {
    assertThat(database().<Boolean>asOwner(handle -> DayStore.wish(handle, day, wish))).isTrue();
  }

  @Override
  public void close() {
    world.close();
  }
}
