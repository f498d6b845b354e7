package dev.muster.server.web;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.Epoch;
import dev.muster.server.platform.Refusal;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.util.Map;
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

  /// `status` is `healthy` only when every check is.
  public record Health(String status, Map<String, Check> checks) {}

  public record Check(String status, String message) {}

  /// What answers. `epoch` changes when the database is restored from a backup.
  public record Info(String name, String version, UUID epoch) {}

  /// What answers, to who asked for nothing.
  public record Greeting(String name, String version) {}

  private static final Liveness HEALTHY = new Liveness("healthy");

  private final Database database;
  private final String version;
  private volatile @Nullable UUID epoch;

  HealthResource(
      Database database, @ConfigProperty(name = "quarkus.application.version") String version) {
    this.database = database;
    this.version = version;
  }

  @GET
  @Path("health")
  @Operation(summary = "Liveness: the process answers")
  public Liveness health() {
    return HEALTHY;
  }

  @GET
  @Path("healthz")
  @Operation(summary = "Liveness: the process answers")
  public Liveness healthz() {
    return HEALTHY;
  }

  @GET
  @Path("api/health")
  @Operation(summary = "Readiness: 503 when a check fails")
  public Response readiness() {
    Check check;
    try {
      database.acrossOrganizations(handle -> handle.createQuery("select 1").mapTo(int.class).one());
      check = new Check("healthy", "PostgreSQL answers");
    } catch (Refusal refusal) {
      check = new Check("unhealthy", refusal.detail());
    }
    boolean healthy = check.status().equals("healthy");
    return Response.status(healthy ? 200 : 503)
        .entity(new Health(healthy ? "healthy" : "unhealthy", Map.of("database", check)))
        .build();
  }

  @GET
  @Path("api/info")
  @Operation(summary = "Name and version of the server")
  public Info info() {
    return new Info("muster", version, epoch());
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
