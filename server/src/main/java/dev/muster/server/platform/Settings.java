package dev.muster.server.platform;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// The settings of a server: keys `muster.*`, from flags, environment (`MUSTER_…`) and a file, in
/// this order of strength. An unknown key is refused at start.
@ConfigMapping(prefix = "muster")
public interface Settings {
  /// Address that HTTP and gRPC listen on.
  @WithDefault("127.0.0.1")
  String host();

  /// TCP port of HTTP: REST, WebSocket, API page.
  @WithDefault("8080")
  int port();

  /// TCP port of the fleet gRPC service.
  @WithDefault("50051")
  int grpcPort();

  /// Folder that holds what must outlive the process.
  @WithDefault(".muster")
  Path data();

  /// JDBC URL of an external PostgreSQL 15 or newer; absent means the embedded one.
  Optional<String> databaseUrl();

  Optional<String> databaseUser();

  Optional<String> databasePassword();

  /// Callers without credentials act as the operator of the first organization.
  @WithDefault("false")
  boolean open();

  /// Lets open mode listen on addresses that are not loopback.
  @WithName("open.anywhere")
  @WithDefault("false")
  boolean openAnywhere();

  /// What this process does: answers requests (`api`), runs jobs (`worker`), or both.
  @WithDefault("api,worker")
  List<ServerRole> roles();

  /// E-mail address of the admin that the first start makes.
  @WithDefault("admin@localhost")
  String adminEmail();

  /// Password of that admin; absent, one is made and left in `DATA/admin-password`.
  Optional<String> adminPassword();

  /// Cost of bcrypt for users' passwords: each step doubles the time that a guess takes.
  @WithDefault("12")
  int passwordCost();

  /// Key that seals secrets in the database, 32 bytes in base64url; absent, one is made and kept in
  /// `DATA/master-key`. All nodes on one database need the same.
  Optional<String> masterKey();

  @WithName("pool")
  Pool pool();

  @WithName("wake")
  Wake wake();

  @WithName("compliance")
  Compliance compliance();

  /// What a process of a cluster does.
  enum ServerRole {
    API,
    WORKER
  }

  /// Connections and how long they may take.
  interface Pool {
    /// Connections to the database at the most.
    @WithDefault("20")
    int size();

    /// How long a request waits for a connection.
    @WithDefault("5s")
    Duration acquireTimeout();

    @WithDefault("30s")
    Duration statementTimeout();

    @WithDefault("10s")
    Duration lockTimeout();

    @WithDefault("30s")
    Duration idleInTransactionTimeout();
  }

  /// Waking devices after a change of policy.
  interface Wake {
    /// Devices woken a second, per worker, at the most.
    @WithDefault("2000")
    int rate();

    /// Devices woken in one transaction.
    @WithDefault("500")
    int chunk();

    /// How long a woken device that is connected may take to report before it is woken again.
    @WithDefault("2m")
    Duration reportTimeout();
  }

  /// Compliance reports.
  interface Compliance {
    /// How long reports are kept.
    @WithDefault("90d")
    Duration reportRetention();
  }
}
