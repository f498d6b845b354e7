package dev.muster.server.attachment;

import dev.muster.server.attachment.AttachmentWire.AttachmentBody;
import dev.muster.server.attachment.AttachmentWire.NewAttachment;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import dev.muster.server.platform.Settings;
import dev.muster.server.platform.Slice;
import dev.muster.server.web.Bodies;
import dev.muster.server.web.CurrentCaller;
import dev.muster.server.web.Page;
import dev.muster.server.web.Paging;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.core.http.HttpServerResponse;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.InputStream;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jspecify.annotations.Nullable;

/// Attachments over REST.
@Path("/api/tasks/{id}/attachments")
@Tag(name = "Attachments")
@RunOnVirtualThread
final class AttachmentResource {
  private final Attachments attachments;
  private final CurrentCaller caller;
  private final Paging paging;
  private final long largest;
  private final int largestChunk;

  AttachmentResource(
      Attachments attachments, CurrentCaller caller, Paging paging, Settings settings) {
    this.attachments = attachments;
    this.caller = caller;
    this.paging = paging;
    this.largest = settings.attachment().largest().asLongValue();
    this.largestChunk = (int) settings.attachment().chunk().asLongValue();
  }

  @GET
  @Operation(summary = "The files of a task, oldest first, those that are still uploaded too")
  public Page<AttachmentBody> list(@PathParam("id") String task) {
    Slice<Attachment> slice =
        attachments.list(caller.get(), task(task), paging.limit(), paging.offset());
    return paging.page(slice.count(), slice.rows()).map(AttachmentBody::of);
  }

  @POST
  @ResponseStatus(201)
  @Operation(
      summary = "Announce a file of a task, which takes its place in the quota",
      description = "With an id of one's own, the same again is the same attachment.")
  public AttachmentBody create(@PathParam("id") String task, @Nullable NewAttachment body) {
    caller.get().require(Right.WRITE_TASKS);
    Announced announced = Bodies.present(body).checked(largest);
    return AttachmentBody.of(attachments.create(caller.get(), task(task), announced));
  }

  @GET
  @Path("{attachment_id}")
  @Operation(summary = "One file of a task; uploaded says at which offset its upload goes on")
  public AttachmentBody find(
      @PathParam("id") String task, @PathParam("attachment_id") String attachment) {
    return AttachmentBody.of(attachments.find(caller.get(), task(task), attachment(attachment)));
  }

  @DELETE
  @Path("{attachment_id}")
  @Operation(summary = "Delete a file of a task, for good")
  public void delete(@PathParam("id") String task, @PathParam("attachment_id") String attachment) {
    attachments.delete(caller.get(), task(task), attachment(attachment));
  }

  @PUT
  @Path("{attachment_id}/content")
  @Consumes(MediaType.APPLICATION_OCTET_STREAM)
  @Operation(
      summary = "Upload the chunk of a file that begins at an offset, 0 by default",
      description =
          "The same chunk again changes nothing. With the last one the SHA-256 is checked; if it is"
              + " another, the upload begins anew.")
  public AttachmentBody upload(
      @PathParam("id") String task,
      @PathParam("attachment_id") String attachment,
      @QueryParam("offset") @Nullable String offset,
      @Nullable InputStream body)
      throws IOException {
    caller.get().require(Right.WRITE_TASKS);
    long at = offset(offset);
    byte[] chunk = body == null ? new byte[0] : body.readNBytes(largestChunk + 1);
    return AttachmentBody.of(
        attachments.add(caller.get(), task(task), attachment(attachment), at, chunk));
  }

  @GET
  @Path("{attachment_id}/content")
  @Operation(
      summary = "Download a file of a task",
      description = "With the header Range, one range of its bytes.")
  @APIResponse(
      responseCode = "200",
      description = "The file",
      content = @Content(mediaType = MediaType.APPLICATION_OCTET_STREAM))
  @APIResponse(
      responseCode = "206",
      description = "The range of the file that was asked for",
      content = @Content(mediaType = MediaType.APPLICATION_OCTET_STREAM))
  public Response download(
      @PathParam("id") String task,
      @PathParam("attachment_id") String attachment,
      @HeaderParam("Range") @Nullable String range,
      @HeaderParam("If-Range") @Nullable String ifRange,
      @Context HttpServerResponse response) {
    Attachments.Content content =
        attachments.content(caller.get(), task(task), attachment(attachment));
    Announced file = content.announced();
    String tag = '"' + file.sha256() + '"';
    Span all = new Span(0, file.size());
    Span span = ifRange == null || ifRange.equals(tag) ? Span.asked(range, file.size()) : all;
    StreamingOutput bytes =
        out -> {
          try {
            content.writeTo(out, span.from(), span.to());
          } catch (RuntimeException failure) {
            if (response.headWritten()) {
              // There is no other way to say that the rest does not come.
              response.reset();
            }
            throw failure;
          }
        };
    // Whatever it is said to be, no browser shows it as a page of this server.
    Response.ResponseBuilder answer =
        Response.status(span.equals(all) ? 200 : 206)
            .entity(bytes)
            .type(MediaType.APPLICATION_OCTET_STREAM)
            .header(HttpHeaders.CONTENT_DISPOSITION, Disposition.of(file.name()))
            .header(HttpHeaders.CONTENT_LENGTH, span.to() - span.from())
            .header(HttpHeaders.ETAG, tag)
            .header("Accept-Ranges", "bytes");
    if (!span.equals(all)) {
      answer.header(
          "Content-Range", "bytes %d-%d/%d".formatted(span.from(), span.to() - 1, file.size()));
    }
    return answer.build();
  }

  private static long offset(@Nullable String text) {
    if (text == null || text.isEmpty()) {
      return 0;
    }
    if (!text.matches("[0-9]{1,18}")) {
      throw Refusal.parameter("offset", "must be a whole number from 0");
    }
    return Long.parseLong(text);
  }

  private static UUID task(String id) {
    return Ids.parse(id).orElseThrow(() -> Refusal.notFound("task"));
  }

  private static UUID attachment(String id) {
    return Ids.parse(id).orElseThrow(() -> Refusal.notFound("attachment"));
  }
}
