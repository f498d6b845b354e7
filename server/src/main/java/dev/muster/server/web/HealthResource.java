package dev.muster.server.web;

import static java.util.Comparator.naturalOrder;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Epoch;
import dev.muster.server.platform.GrpcAddress;
import dev.muster.server.platform.Health;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/// Whether the server lives and can work.
@Path("/")
@Tag(name = "Health")
@RunOnVirtualThread
public final class HealthResource {
  /// The whole answer of a liveness probe.
  public record Liveness(String status) {}

  /// `status` is that of the worst check: `healthy`, `warning` or `unhealthy`.
  public record Readiness(String status, Map<String, Check> checks) {}

  public record Check(String status, String message) {
    static Check of(Health.Check check) {
      return new Check(wireName(check.status()), check.message());
    }
  }

  /// What answers. `epoch` changes when the database is restored from a backup.
  ///
  /// @param grpcPort of the fleet service, on the same host; null on a node that does not answer it
  /// @param grpcTls whether that port speaks TLS
  @JsonNaming(SnakeCaseStrategy.class)
  public record Info(
      String name, String version, UUID epoch, @Nullable Integer grpcPort, boolean grpcTls) {}

  /// What answers, to who asked for nothing.
  public record Greeting(String name, String version) {}

  private static final Liveness ALIVE = new Liveness("healthy");

  private final Health health;
  private final Database database;
  private final GrpcAddress grpc;
  private final String version;
  private volatile @Nullable UUID epoch;

  HealthResource(
      Health health,
      Database database,
      GrpcAddress grpc,
      @ConfigProperty(name = "quarkus.application.version") String version) {
    this.health = health;
    this.database = database;
    this.grpc = grpc;
    this.version = version;
  }

  @GET
  @Path("health")
  @Operation(summary = "Liveness: the process answers")
  public Liveness health() {
    return ALIVE;
  }

  @GET
  @Path("healthz")
  @Operation(summary = "Liveness: the process answers")
  public Liveness healthz() {
    return ALIVE;
  }

  @GET
  @Path("api/health")
  @Operation(summary = "Readiness: 503 when a check is unhealthy, 200 with warnings or without")
  public Response readiness() {
    Map<String, Health.Check> found = health.checks();
    Health.Status worst =
        found.values().stream().map(Health.Check::status).max(naturalOrder()).orElseThrow();
    Map<String, Check> checks = new TreeMap<>();
    found.forEach((name, check) -> checks.put(name, Check.of(check)));
    return Response.status(worst == Health.Status.UNHEALTHY ? 503 : 200)
        .entity(new Readiness(wireName(worst), checks))
        .build();
  }

  private static String wireName(Health.Status status) {
    return status.name().toLowerCase(Locale.ROOT);
  }

  @GET
  @Path("api/info")
  @Operation(summary = "Name and version of the server, and where it answers gRPC")
  public Info info() {
    return new Info(
        "muster",
        version,
        epoch(),
        grpc.port().isPresent() ? grpc.port().getAsInt() : null,
        grpc.isEncrypted());
  }

  /// It changes only while no server runs.
  private UUID epoch() {
    UUID known = epoch;
    if (known == null) {
      known = database.acrossOrganizations(handle -> Epoch.read(handle).id());
      epoch = known;
    }
    return known;
  }

  @GET
  @Operation(hidden = true)
  public Response root(@Context RoutingContext context) {
    String accept = context.request().getHeader("Accept");
    return accept != null && accept.contains("text/html")
        ? Response.seeOther(java.net.URI.create("/docs")).build()
        : Response.ok(new Greeting("muster", version)).build();
  }
}
