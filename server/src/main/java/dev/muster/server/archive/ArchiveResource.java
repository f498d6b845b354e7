package dev.muster.server.archive;

import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import dev.muster.server.platform.Slice;
import dev.muster.server.web.CurrentCaller;
import dev.muster.server.web.Page;
import dev.muster.server.web.Paging;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

/// Archives over REST; for admins of the first organization.
@Path("/api/archives")
@Tag(name = "Archives")
@RunOnVirtualThread
public class ArchiveResource {
  private final Archives archives;
  private final CurrentCaller caller;
  private final Paging paging;

  ArchiveResource(Archives archives, CurrentCaller caller, Paging paging) {
    this.archives = archives;
    this.caller = caller;
    this.paging = paging;
  }

  @GET
  @Operation(
      summary = "The days of heartbeats, in the database or archived, newest first",
      description = "For admins of the first organization, as all of archives. Days are UTC.")
  public Page<ArchiveWire.Row> list() {
    Slice<Day> found = archives.list(caller.get(), paging.limit(), paging.offset());
    return paging.page(found.count(), found.rows()).map(ArchiveWire.Row::of);
  }

  @GET
  @Path("{day}")
  @Operation(summary = "One day of heartbeats, and how far it is with what was asked for")
  public ArchiveWire.Row show(@PathParam("day") String day) {
    return ArchiveWire.Row.of(archives.show(caller.get(), date(day)));
  }

  @POST
  @Path("{day}/archive")
  @ResponseStatus(202)
  @Operation(
      summary = "Archive a day that is over, before the retention does",
      description =
          "In the background: it is detached, archived, verified and dropped. wish and problem of the"
              + " day say how far that is.")
  public ArchiveWire.Row archive(@PathParam("day") String day) {
    return ArchiveWire.Row.of(archives.archive(caller.get(), date(day)));
  }

  @POST
  @Path("{day}/verify")
  @ResponseStatus(202)
  @Operation(summary = "Read the archive of a day back, hash it and count its rows")
  public ArchiveWire.Row verify(@PathParam("day") String day) {
    return ArchiveWire.Row.of(archives.verify(caller.get(), date(day)));
  }

  @POST
  @Path("verify")
  @ResponseStatus(202)
  @Operation(summary = "Read all archives back, hash them and count their rows")
  public ArchiveWire.Verification verifyAll() {
    return new ArchiveWire.Verification(archives.verifyAll(caller.get()));
  }

  @POST
  @Path("{day}/restore")
  @ResponseStatus(202)
  @Operation(
      summary = "Bring a day back into the database from its archive",
      description =
          "It stays for muster.history.restored-kept. Rows of devices that were erased meanwhile do"
              + " not come back.")
  public ArchiveWire.Row restore(@PathParam("day") String day) {
    return ArchiveWire.Row.of(archives.restore(caller.get(), date(day)));
  }

  /// A text that is no day is that of no day; who may not ask hears no more than that.
  private LocalDate date(String day) {
    caller.get().require(Right.KEEP_ARCHIVES);
    try {
      return LocalDate.parse(day);
    } catch (DateTimeParseException malformed) {
      throw Refusal.notFound("day");
    }
  }
}
