package dev.muster.server.audit;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.muster.server.audit.AuditWire.EntryRow;
import dev.muster.server.audit.AuditWire.VerdictRow;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Refusal;
import dev.muster.server.web.CurrentCaller;
import dev.muster.server.web.Page;
import dev.muster.server.web.Paging;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/// The log of changes on REST.
@Path("/api/audit")
@Tag(name = "Audit")
@RunOnVirtualThread
public final class AuditResource {
  private static final int ENTRIES_IN_A_CHUNK = 500;

  private enum Format {
    JSONL("application/x-ndjson"),
    CSV("text/csv; charset=utf-8");

    private final String mediaType;

    Format(String mediaType) {
      this.mediaType = mediaType;
    }

    String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Format named(@Nullable String name) {
      if (name == null || name.isEmpty()) {
        return JSONL;
      }
      for (Format format : values()) {
        if (format.wireName().equals(name)) {
          return format;
        }
      }
      throw Refusal.parameter("format", "must be csv or jsonl");
    }
  }

  private final AuditLog log;
  private final CurrentCaller caller;
  private final Paging paging;
  private final ObjectMapper json;

  AuditResource(AuditLog log, CurrentCaller caller, Paging paging, ObjectMapper json) {
    this.log = log;
    this.caller = caller;
    this.paging = paging;
    this.json = json;
  }

  @GET
  @Operation(
      summary = "List what was done, newest first",
      description =
          "Follow next: its cursor costs the same on every page. actor is an id, or a kind of actor;"
              + " action is the whole of it, or all of a kind: `policy.`; to is the first time that is"
              + " too late. count stops at 10,000.")
  public Page<EntryRow> list(@BeanParam AuditQuery query) {
    Caller reader = caller.get();
    AuditFilter filter = query.toFilter();
    String cursor = paging.cursor();
    AuditLog.Page page =
        log.page(reader, filter, cursor == null ? null : AuditQuery.read(cursor), paging.limit());
    List<EntryRow> rows = page.entries().stream().map(EntryRow::of).toList();
    return paging.page(
        log.count(reader, filter),
        rows,
        page.more() ? AuditQuery.written(page.entries().getLast().cursor()) : null);
  }

  @GET
  @Path("verify")
  @Operation(
      summary = "Find what was changed, removed or inserted in the log behind the server's back",
      description =
          "expect is a head that was written down before, `<position>:<hash>`: the chain must still"
              + " have it. At most 100 problems are told.")
  public VerdictRow verify(@QueryParam("expect") @Nullable String expect) {
    Optional<Head> expected =
        expect == null || expect.isEmpty() ? Optional.empty() : Head.parse(expect);
    if (expect != null && !expect.isEmpty() && expected.isEmpty()) {
      throw Refusal.parameter("expect", "must be a head such as verify shows: " + Head.FORM);
    }
    return VerdictRow.of(log.verify(caller.get(), expected.orElse(null)));
  }

  @GET
  @Path("export")
  @Operation(
      summary = "Take the log out as a file, newest first",
      description =
          "format is jsonl, one object a line, or csv. The filters are those of the list.")
  @APIResponse(
      responseCode = "200",
      content = {
        @Content(
            mediaType = "application/x-ndjson",
            schema = @Schema(implementation = EntryRow.class)),
        @Content(mediaType = "text/csv", schema = @Schema(type = SchemaType.STRING))
      })
  public Response export(
      @BeanParam AuditQuery query, @QueryParam("format") @Nullable String format) {
    Caller reader = caller.get();
    Format wanted = Format.named(format);
    AuditFilter filter = query.toFilter();
    AuditLog.Page first = log.page(reader, filter, null, ENTRIES_IN_A_CHUNK);
    StreamingOutput body = output -> stream(reader, filter, wanted, first, output);
    return Response.ok(body, wanted.mediaType)
        .header("Content-Disposition", "attachment; filename=\"audit." + wanted.wireName() + "\"")
        .build();
  }

  private void stream(
      Caller reader, AuditFilter filter, Format format, AuditLog.Page first, OutputStream output)
      throws IOException {
    try (OutputStream out = new BufferedOutputStream(output)) {
      if (format == Format.CSV) {
        out.write(AuditCsv.head().getBytes(StandardCharsets.UTF_8));
      }
      AuditLog.Page page = first;
      while (true) {
        for (AuditLog.Named named : page.entries()) {
          out.write(line(format, EntryRow.of(named)));
        }
        if (!page.more()) {
          return;
        }
        page = log.page(reader, filter, page.entries().getLast().cursor(), ENTRIES_IN_A_CHUNK);
      }
    }
  }

  private byte[] line(Format format, EntryRow row) throws IOException {
    return switch (format) {
      case CSV -> AuditCsv.line(row).getBytes(StandardCharsets.UTF_8);
      case JSONL -> (json.writeValueAsString(row) + "\n").getBytes(StandardCharsets.UTF_8);
    };
  }
}
