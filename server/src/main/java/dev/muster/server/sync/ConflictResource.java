package dev.muster.server.sync;

import dev.muster.protocol.Json;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Slice;
import dev.muster.server.web.Bodies;
import dev.muster.server.web.CurrentCaller;
import dev.muster.server.web.Page;
import dev.muster.server.web.Paging;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/// Conflicts over REST.
@Path("/api/sync/conflicts")
@Tag(name = "Sync")
@RunOnVirtualThread
final class ConflictResource {
  /// @param customResolution the fields to take, for `custom`
  record ResolveBody(
      @Nullable String resolution,
      @Schema(implementation = Object.class) Json.@Nullable Obj customResolution) {}

  /// @param resolvedEntity the row as it is now; null when there is none
  record ResolveAnswer(
      boolean success, @Schema(implementation = Object.class) @Nullable Object resolvedEntity) {}

  private final Conflicts conflicts;
  private final CurrentCaller caller;
  private final Paging paging;

  ConflictResource(Conflicts conflicts, CurrentCaller caller, Paging paging) {
    this.conflicts = conflicts;
    this.caller = caller;
    this.paging = paging;
  }

  @GET
  @Operation(summary = "Edits that could not be applied by themselves, newest first")
  public Page<Conflict> list(
      @QueryParam("resolved") @Nullable String resolved,
      @QueryParam("device") @Nullable String device) {
    Boolean only = null;
    if (resolved != null && !resolved.isEmpty()) {
      only = resolved.equals("true");
      if (!only && !resolved.equals("false")) {
        throw Refusal.parameter("resolved", "must be true or false");
      }
    }
    UUID of = null;
    if (device != null && !device.isEmpty()) {
      of =
          Ids.parse(device)
              .orElseThrow(() -> Refusal.parameter("device", "must be an id (a UUID)"));
    }
    Slice<Conflict> slice =
        conflicts.list(
            caller.get(), new ConflictStore.Which(only, of), paging.limit(), paging.offset());
    return paging.page(slice.count(), slice.rows().stream().map(Conflict::shown).toList());
  }

  @GET
  @Path("{id}")
  @Operation(summary = "One conflict, with both sides")
  public Conflict find(@PathParam("id") String id) {
    return conflicts.find(caller.get(), conflict(id)).shown();
  }

  @POST
  @Path("{id}/resolve")
  @Operation(summary = "Take the local side, the remote side, or something else")
  public ResolveAnswer resolve(@PathParam("id") String id, @Nullable ResolveBody body) {
    ResolveBody wanted = Bodies.present(body);
    Conflicts.Resolution resolution =
        Conflicts.Resolution.named(wanted.resolution() == null ? "" : wanted.resolution())
            .orElseThrow(
                () -> Refusal.invalid("resolution", "must be one of local, remote, custom"));
    boolean custom = resolution == Conflicts.Resolution.CUSTOM;
    if (custom && wanted.customResolution() == null) {
      throw Refusal.parameter("customResolution", "must be an object, for custom");
    }
    return new ResolveAnswer(
        true,
        conflicts.resolve(
            caller.get(), conflict(id), resolution, custom ? wanted.customResolution() : null));
  }

  private static UUID conflict(String id) {
    return Ids.parse(id).orElseThrow(() -> Refusal.notFound("conflict"));
  }
}
