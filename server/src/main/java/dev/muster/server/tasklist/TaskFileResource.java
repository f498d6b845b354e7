package dev.muster.server.tasklist;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SequenceWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.muster.protocol.Json;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import dev.muster.server.task.TaskFilter;
import dev.muster.server.task.TaskQuery;
import dev.muster.server.task.TaskWire.TaskBody;
import dev.muster.server.task.Tasks;
import dev.muster.server.web.Bodies;
import dev.muster.server.web.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/// Files of tasks over REST.
@Path("/api/tasks")
@Tag(name = "Tasks")
@RunOnVirtualThread
final class TaskFileResource {
  private static final String DEVICE = "X-Device-ID";
  private static final String CSV = "text/csv";
  private static final int TASKS_IN_A_CHUNK = 500;
  private static final int MOST_BYTES = 1024 * 1024;

  private final TaskImports imports;
  private final Tasks tasks;
  private final CurrentCaller caller;
  private final ObjectMapper json;

  TaskFileResource(TaskImports imports, Tasks tasks, CurrentCaller caller, ObjectMapper json) {
    this.imports = imports;
    this.tasks = tasks;
    this.caller = caller;
    this.json = json;
  }

  @GET
  @Path("export")
  @Operation(
      summary = "Take tasks out as a file, in the order of their ids",
      description = "format is json, one array, or csv. The filters are those of the list.")
  @APIResponse(
      responseCode = "200",
      content = {
        @Content(
            mediaType = MediaType.APPLICATION_JSON,
            schema = @Schema(type = SchemaType.ARRAY, implementation = TaskBody.class)),
        @Content(mediaType = CSV, schema = @Schema(type = SchemaType.STRING))
      })
  public Response export(
      @BeanParam TaskQuery query, @QueryParam("format") @Nullable String format) {
    Caller reader = caller.get();
    TaskFilter filter = query.toFilter(reader);
    boolean csv = isCsv(format, MediaType.APPLICATION_JSON);
    List<TaskBody> first = tasks.after(reader, filter, null, TASKS_IN_A_CHUNK);
    StreamingOutput body = output -> stream(reader, filter, csv, first, output);
    return Response.ok(body, csv ? CSV + "; charset=utf-8" : MediaType.APPLICATION_JSON)
        .header(
            "Content-Disposition", "attachment; filename=\"tasks." + (csv ? "csv" : "json") + "\"")
        .build();
  }

  /// Nothing is closed when it fails: that would end what is not complete as if it were.
  private void stream(
      Caller reader, TaskFilter filter, boolean csv, List<TaskBody> first, OutputStream output)
      throws IOException {
    OutputStream out = new BufferedOutputStream(output);
    SequenceWriter writer =
        csv
            ? TaskCsv.writer(out)
            : json.writerFor(TaskBody.class)
                .without(SerializationFeature.FLUSH_AFTER_WRITE_VALUE)
                .writeValuesAsArray(out);
    List<TaskBody> chunk = first;
    while (!chunk.isEmpty()) {
      for (TaskBody task : chunk) {
        writer.write(csv ? TaskCsv.line(task) : task);
      }
      chunk =
          chunk.size() < TASKS_IN_A_CHUNK
              ? List.of()
              : tasks.after(reader, filter, chunk.getLast().id(), TASKS_IN_A_CHUNK);
    }
    writer.close();
  }

  @POST
  @Path("import")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Bring tasks in from a file, 5,000 at the most, each for itself",
      description =
          "The body is what export gives: a JSON array, or CSV with the Content-Type text/csv. A row"
              + " with the id of a task changes it; others make one. With dryRun=true nothing is"
              + " written.")
  public TaskImports.Outcome importJson(
      @HeaderParam(DEVICE) @Nullable String device,
      @QueryParam("format") @Nullable String format,
      @QueryParam("dryRun") @Nullable String dry,
      @Schema(type = SchemaType.ARRAY, implementation = Object.class)
          @Nullable List<@Nullable Json> body) {
    if (isCsv(format, MediaType.APPLICATION_JSON)) {
      throw Refusal.parameter("format", "must be json, as the Content-Type of the body says");
    }
    List<TaskRow> rows = new ArrayList<>();
    TaskImports.requireFew(Bodies.present(body).size());
    for (Json row : Bodies.present(body)) {
      rows.add(TaskRow.read(rows.size() + 1, row));
    }
    return imports.run(caller.get(), device, rows, isDry(dry));
  }

  @POST
  @Path("import")
  @Consumes(CSV)
  @Operation(hidden = true)
  public TaskImports.Outcome importCsv(
      @HeaderParam(DEVICE) @Nullable String device,
      @QueryParam("format") @Nullable String format,
      @QueryParam("dryRun") @Nullable String dry,
      byte[] body) {
    if (!isCsv(format, CSV)) {
      throw Refusal.parameter("format", "must be csv, as the Content-Type of the body says");
    }
    if (body.length > MOST_BYTES) {
      throw Refusal.of(
          ErrorCode.TOO_LARGE, "A file may have 1 MiB (" + MOST_BYTES + " bytes) at the most.");
    }
    return imports.run(caller.get(), device, TaskCsv.read(body), isDry(dry));
  }

  private static boolean isCsv(@Nullable String format, String otherwise) {
    return switch (format == null || format.isEmpty() ? otherwise : format) {
      case "csv", CSV -> true;
      case "json", MediaType.APPLICATION_JSON -> false;
      case String _ -> throw Refusal.parameter("format", "must be csv or json");
    };
  }

  private static boolean isDry(@Nullable String dry) {
    return switch (dry == null ? "" : dry) {
      case "", "false" -> false;
      case "true" -> true;
      case String _ -> throw Refusal.parameter("dryRun", "must be true or false");
    };
  }
}
