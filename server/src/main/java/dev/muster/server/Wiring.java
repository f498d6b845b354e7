package dev.muster.server;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.DatabasePool;
import dev.muster.server.platform.DatabaseProbe;
import dev.muster.server.platform.DiskSpace;
import dev.muster.server.platform.Gauges;
import dev.muster.server.platform.Health;
import dev.muster.server.platform.HealthSource;
import dev.muster.server.platform.Jobs;
import dev.muster.server.platform.MasterKey;
import dev.muster.server.platform.Migrations;
import dev.muster.server.platform.Outbox;
import dev.muster.server.platform.OutboxListener;
import dev.muster.server.platform.OutboxRelay;
import dev.muster.server.platform.PoolUse;
import dev.muster.server.platform.RecurringJob;
import dev.muster.server.platform.Settings;
import dev.muster.server.platform.Settings.ServerRole;
import dev.muster.server.platform.SlowStatements;
import dev.muster.server.platform.TableSizes;
import dev.muster.server.platform.Tracing;
import dev.muster.server.postgres.DataFolder;
import dev.muster.server.postgres.EmbeddedPostgres;
import dev.muster.server.web.CurrentClaim;
import io.agroal.api.AgroalDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.All;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Puts together what no single room owns, and takes it down in the other order.
@Singleton
final class Wiring {
  /// The database process and the pool on it, as one thing that is opened and closed.
  private record Storage(
      @Nullable EmbeddedPostgres embedded, AgroalDataSource pool, AgroalDataSource forProbe) {
    static Storage of(
        @Nullable EmbeddedPostgres embedded,
        String url,
        @Nullable String user,
        @Nullable String password,
        Settings.Pool limits) {
      return new Storage(
          embedded,
          DatabasePool.open(url, user, password, limits),
          DatabasePool.openForProbe(url, user, password));
    }
  }

  private final Settings settings;
  private @Nullable Storage storage;
  private @Nullable Jobs jobs;
  private @Nullable OutboxRelay relay;
  private @Nullable Broadcast broadcast;
  private @Nullable DiskSpace disk;
  private @Nullable TableSizes sizes;

  Wiring(Settings settings) {
    this.settings = settings;
  }

  @Produces
  @Singleton
  InstantSource clock() {
    // What PostgreSQL keeps: an answer to a write shows the same time as every later read.
    return () -> InstantSource.system().instant().truncatedTo(ChronoUnit.MICROS);
  }

  @Produces
  @Singleton
  DataFolder dataFolder() {
    return DataFolder.open(settings.data());
  }

  void closeDataFolder(@Disposes DataFolder folder) {
    folder.close();
  }

  @Produces
  @Singleton
  MasterKey masterKey(DataFolder folder) {
    return MasterKeySetting.load(settings, folder);
  }

  @Produces
  @Singleton
  Tracing tracing() {
    Settings.Tracing wanted = settings.tracing();
    return wanted
        .endpoint()
        .map(endpoint -> Tracing.to(endpoint, wanted.ratio(), Version.text()))
        .orElseGet(Tracing::off);
  }

  void closeTracing(@Disposes Tracing tracing) {
    tracing.close();
  }

  @Produces
  @Singleton
  Database database(DataFolder folder, Tracing tracing, MeterRegistry metrics) {
    storage = open(folder);
    Migrations.run(storage.pool(), settings.pool().size());
    return new Database(
        storage.pool(),
        CurrentClaim::ofThisRequest,
        tracing,
        List.of(new SlowStatements(settings.metrics().slowStatement(), metrics)));
  }

  @Produces
  @Singleton
  DiskSpace diskSpace(DataFolder folder) {
    return settings.databaseUrl().isPresent()
        ? DiskSpace.unseen(settings.disk())
        : DiskSpace.of(folder.path(), settings.disk());
  }

  /// @param database because the probe is of what was opened for it
  @Produces
  @Singleton
  DatabaseProbe probe(Database database, InstantSource clock) {
    return new DatabaseProbe(requireNonNull(storage).forProbe(), clock);
  }

  @Produces
  @Singleton
  PoolUse poolUse(Database database) {
    return new PoolUse(requireNonNull(storage).pool());
  }

  @Produces
  @Singleton
  Health health(DatabaseProbe probe, PoolUse pool, DiskSpace disk, @All List<HealthSource> others) {
    return new Health(probe, pool, disk, others);
  }

  private Storage open(DataFolder folder) {
    String url = settings.databaseUrl().orElse(null);
    if (url != null) {
      return Storage.of(
          null,
          url,
          settings.databaseUser().orElse(null),
          settings.databasePassword().orElse(null),
          settings.pool());
    }
    EmbeddedPostgres embedded = EmbeddedPostgres.start(folder, settings.pool().size());
    return Storage.of(
        embedded, embedded.jdbcUrl(), embedded.user(), embedded.password(), settings.pool());
  }

  @Produces
  @Singleton
  Outbox outbox(
      Database database,
      InstantSource clock,
      ObjectMapper json,
      @All List<OutboxListener<?>> listeners) {
    return new Outbox(database, clock, json, listeners);
  }

  @Produces
  @Singleton
  Broadcast broadcast(Database database) {
    return new Broadcast(database.dataSource());
  }

  void watch(
      @Observes @Priority(90) StartupEvent event,
      MeterRegistry metrics,
      Database database,
      DatabaseProbe probe,
      PoolUse pool,
      DiskSpace disk) {
    this.disk = disk;
    sizes = new TableSizes(database, settings.metrics().sizesEvery(), metrics);
    sizes.start();
    disk.start();
    Gauges.register(metrics, probe, pool, disk);
  }

  void start(
      @Observes @Priority(100) StartupEvent event,
      Database database,
      Outbox outbox,
      Broadcast broadcast,
      Tracing tracing,
      @All List<RecurringJob> recurring) {
    this.broadcast = broadcast;
    broadcast.start();
    relay = new OutboxRelay(outbox);
    relay.start();
    if (settings.roles().contains(ServerRole.WORKER)) {
      jobs = new Jobs(database.dataSource(), recurring, tracing);
      jobs.start();
    }
  }

  void stop(@Observes ShutdownEvent event) {
    close();
  }

  /// A start that fails ends without a ShutdownEvent.
  @PreDestroy
  void close() {
    if (jobs != null) {
      jobs.close();
    }
    if (relay != null) {
      relay.close();
    }
    if (broadcast != null) {
      broadcast.close();
    }
    if (disk != null) {
      disk.close();
    }
    if (sizes != null) {
      sizes.close();
    }
    if (storage != null) {
      storage.forProbe().close();
      storage.pool().close();
      if (storage.embedded() != null) {
        storage.embedded().close();
      }
      storage = null;
    }
  }
}
