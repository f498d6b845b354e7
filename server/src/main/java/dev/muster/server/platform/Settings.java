package dev.muster.server.platform;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

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

  /// TCP port of the fleet gRPC service, on the same address as HTTP; 0 takes a free one.
  @WithDefault("50051")
  int grpcPort();

  /// Folder that holds what must outlive the process.
  @WithDefault(".muster")
  Path data();

  /// JDBC URL of an external PostgreSQL 15 or newer; absent means the embedded one.
  Optional<String> databaseUrl();

  /// User of the external PostgreSQL.
  Optional<String> databaseUser();

  /// Password of that user.
  Optional<String> databasePassword();

  /// Callers without credentials act as the first admin of the first organization.
  @WithDefault("false")
  boolean open();

  /// Lets open mode listen on addresses that are not loopback, and answer to any host name.
  @WithName("open.anywhere")
  @WithDefault("false")
  boolean openAnywhere();

  /// What this process does: `api` answers requests, `worker` runs jobs. Without `api` all but
  /// health and metrics is 503.
  @WithDefault("api,worker")
  List<ServerRole> roles();

  /// E-mail address of the admin that the first start makes.
  @WithDefault("admin@localhost")
  String adminEmail();

  /// Password of that admin, 12 to 72 bytes (`muster.password-bytes`); absent, one is made and left
  /// in `DATA/admin-password`.
  Optional<String> adminPassword();

  /// Cost of bcrypt for users' passwords, 4 to 20: each step doubles the time that a guess takes.
  @WithDefault("12")
  int passwordCost();

  /// Bytes that a new password must have, 8 to 72. Absent: 12, and 8 in open mode.
  OptionalInt passwordBytes();

  /// Key that seals secrets in the database, 32 bytes in base64url; absent, one is made and kept in
  /// `DATA/master-key`. All nodes on one database need the same.
  Optional<String> masterKey();

  /// File that holds that key, for a secret that is mounted; not together with `muster.master-key`.
  Optional<Path> masterKeyFile();

  /// Address by which people and devices reach this server, for links that it hands out: scheme,
  /// host, port, no path.
  Optional<URI> publicUrl();

  /// Addresses or CIDR ranges of the proxies whose `X-Forwarded-*` is believed.
  Optional<List<String>> trustedProxies();

  /// Form of the log lines on stdout.
  @WithDefault("text")
  LogFormat logFormat();

  /// Whether each request leaves a line in the log.
  @WithDefault("true")
  boolean accessLog();

  @WithName("session")
  Session session();

  @WithName("cors")
  Cors cors();

  @WithName("tls")
  Tls tls();

  @WithName("tracing")
  Tracing tracing();

  @WithName("disk")
  Disk disk();

  @WithName("quota")
  Quota quota();

  @WithName("idempotency")
  Idempotency idempotency();

  @WithName("backup")
  Backup backup();

  @WithName("device")
  Device device();

  @WithName("pool")
  Pool pool();

  @WithName("wake")
  Wake wake();

  @WithName("compliance")
  Compliance compliance();

  @WithName("action")
  Action action();

  @WithName("fcm")
  Fcm fcm();

  @WithName("live")
  Live live();

  @WithName("telemetry")
  TelemetrySettings telemetry();

  @WithName("history")
  HistorySettings history();

  @WithName("limit")
  LimitSettings limit();

  @WithName("http")
  HttpSettings http();

  @WithName("metrics")
  MetricsSettings metrics();

  @WithName("notification")
  NotificationSettings notification();

  @WithName("smtp")
  SmtpSettings smtp();

  @WithName("alert")
  AlertSettings alert();

  @WithName("retention")
  RetentionSettings retention();

  @WithName("attachment")
  AttachmentSettings attachment();

  /// What a process of a cluster does.
  enum ServerRole {
    API,
    WORKER
  }

  /// How a log line looks.
  enum LogFormat {
    TEXT,
    JSON
  }

  /// Logins.
  interface Session {
    /// How long an access token lives.
    @WithDefault("15m")
    Duration accessLasts();

    /// How long a login lives that is not refreshed.
    @WithDefault("30d")
    Duration refreshLasts();

    /// How long a key signs access tokens before the next one does.
    @WithDefault("90d")
    Duration signingKeyLasts();
  }

  /// Pages of other origins.
  interface Cors {
    /// Origins whose pages may call, scheme, host and port each; none by default.
    Optional<List<String>> origins();
  }

  /// Encryption of HTTP and gRPC.
  interface Tls {
    /// PEM file of the certificate and those that lead to its root; needs the key.
    Optional<Path> certificate();

    /// PEM file of the certificate's private key.
    Optional<Path> key();

    /// How often the files are looked at for a change.
    @WithDefault("1m")
    Duration reloadEvery();
  }

  /// OpenTelemetry.
  interface Tracing {
    /// Where spans are sent by OTLP; absent means no tracing.
    Optional<URI> endpoint();

    /// Share of the traces that are kept, 0 to 1.
    @WithDefault("1.0")
    double ratio();
  }

  /// Free space of the disk that the database is on.
  interface Disk {
    /// Free space of the database's disk below which the health check warns.
    @WithDefault("5G")
    MemorySize warnBelow();

    /// Free space below which writes are refused with 507; reads go on.
    @WithDefault("1G")
    MemorySize fullBelow();
  }

  /// What an organization may have at most, unless another limit is set for it; 0 is without limit.
  interface Quota {
    /// Devices of an organization that are not retired, at the most; 0 is without limit.
    @WithDefault("0")
    long devices();

    /// Enrollment tokens and API keys of an organization that are still good, at the most; 0 is
    /// without limit.
    @WithDefault("0")
    long tokens();

    /// Bytes of an organization's policy versions, at the most; 0 is without limit.
    @WithDefault("0")
    MemorySize storage();

    /// Bytes of an organization's attachments, at the most; 0 is without limit.
    @WithDefault("10G")
    MemorySize attachments();
  }

  /// Requests that carry an `Idempotency-Key`.
  interface Idempotency {
    /// How long the answer to a request with an `Idempotency-Key` is kept, at least 5m.
    @WithDefault("24h")
    Duration keep();
  }

  /// Copies of everything.
  interface Backup {
    /// How long a backup may take; rows that are replaced meanwhile are kept until it ends.
    @WithDefault("2h")
    Duration timeout();
  }

  /// The registry.
  interface Device {
    /// How long a device's events are kept.
    @WithDefault("365d")
    Duration eventRetention();
  }

  /// Connections and how long they may take.
  interface Pool {
    /// With fewer a node would wait for itself: broadcasts and migrations keep some.
    int LEAST = 5;

    /// Connections to the database at the most, at least 5.
    @WithDefault("20")
    int size();

    /// How long a request waits for a connection.
    @WithDefault("5s")
    Duration acquireTimeout();

    /// How long a statement may run.
    @WithDefault("30s")
    Duration statementTimeout();

    /// How long a statement waits for a lock.
    @WithDefault("10s")
    Duration lockTimeout();

    /// How long a transaction may be open and idle.
    @WithDefault("30s")
    Duration idleInTransactionTimeout();
  }

  /// Waking devices after a change of policy.
  interface Wake {
    /// Devices woken a second, per worker, at the most.
    @WithDefault("1000")
    int rate();

    /// Devices woken in one transaction.
    @WithDefault("100")
    int chunk();

    /// How long a woken device that is connected may take to report before it is woken again.
    @WithDefault("2m")
    Duration reportTimeout();
  }

  /// Compliance reports.
  interface Compliance {
    /// How long reports are kept; the newest of a device stays.
    @WithDefault("90d")
    Duration reportRetention();
  }

  /// Actions on devices.
  interface Action {
    /// How long an action may wait to be delivered before it is EXPIRED, unless it says so itself.
    @WithDefault("24h")
    Duration ttl();

    /// How long a device may take for one attempt once it has the command, unless the action says
    /// so itself.
    @WithDefault("10m")
    Duration timeout();

    /// How often an action is tried at most, 1 to 10, unless it says so itself.
    @WithDefault("1")
    int attempts();

    /// Pause before the second attempt; doubled for each further one, up to an hour.
    @WithDefault("10s")
    Duration backoff();

    /// How long a command that was handed to a connection may go unacknowledged before it is sent
    /// again; doubled each time.
    @WithDefault("15s")
    Duration resendAfter();

    /// Waiting actions of one device, at most; more are refused.
    @WithDefault("1000")
    int queueLimit();

    /// How long ended actions are kept.
    @WithDefault("90d")
    Duration retention();

    /// Drive devices that have no agent by the built-in simulator.
    @WithDefault("false")
    boolean simulate();

    @WithName("simulator")
    Simulator simulator();
  }

  /// The built-in simulator of devices without an agent.
  interface Simulator {
    /// How long a simulated action takes at least.
    @WithDefault("10s")
    Duration shortest();

    /// How long a simulated action takes at most.
    @WithDefault("30s")
    Duration longest();

    /// Share of the simulated actions that succeed, 0 to 1.
    @WithDefault("0.9")
    double success();

    /// The same by action type, such as `muster.action.simulator.type.PING.longest=1s`.
    @WithName("type")
    Map<String, SimulatedType> types();
  }

  /// How one type of action is simulated; what is absent is as for all types.
  interface SimulatedType {
    /// How long a simulated action of this type takes at least.
    Optional<Duration> shortest();

    /// How long a simulated action of this type takes at most.
    Optional<Duration> longest();

    /// Share of the simulated actions of this type that succeed, 0 to 1.
    Optional<Double> success();
  }

  /// Firebase Cloud Messaging, by its HTTP v1 API. Without project and credentials nothing is
  /// pushed.
  interface Fcm {
    /// Id of the Firebase project.
    Optional<String> project();

    /// File with the JSON key of a service account that may send messages.
    Optional<Path> credentials();

    /// Base address of the API, for a proxy or a test.
    @WithDefault("https://fcm.googleapis.com")
    URI address();
  }

  /// Changes that programs and pages watch.
  interface Live {
    /// How long changes are kept for watchers that come back.
    @WithDefault("24h")
    Duration retention();

    /// WebSockets `/ws/fleet` that one user or API key may have open on a node; of `/ws/sync` as
    /// many.
    @WithDefault("20")
    int connections();
  }
}
