package dev.muster.server.backup;

import dev.muster.server.web.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpServerResponse;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.StreamingOutput;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/// Backups over REST.
@Path("/api/backup")
@Tag(name = "Backup")
@RunOnVirtualThread
public final class BackupResource {
  private final Backups backups;
  private final CurrentCaller caller;

  BackupResource(Backups backups, CurrentCaller caller) {
    this.backups = backups;
    this.caller = caller;
  }

  @GET
  @Produces(MediaType.APPLICATION_OCTET_STREAM)
  @Operation(
      summary = "A backup of everything, as a file for muster restore",
      description = "For admins of the first organization. Whole only when it ends with its seal.")
  @APIResponse(
      responseCode = "200",
      description = "The backup",
      content = @Content(mediaType = MediaType.APPLICATION_OCTET_STREAM))
  public StreamingOutput backUp(@Context HttpServerResponse response) {
    Backups.Prepared backup = backups.prepare(caller.get());
    return out -> {
      try {
        backup.writeTo(out);
      } catch (RuntimeException failure) {
        if (response.headWritten()) {
          // There is no other way to say that the rest does not come.
          response.reset();
        }
        throw failure;
      }
    };
  }
}
