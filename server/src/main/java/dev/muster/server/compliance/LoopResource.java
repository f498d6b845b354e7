package dev.muster.server.compliance;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.muster.server.compliance.ComplianceWire.IdBody;
import dev.muster.server.compliance.ComplianceWire.ReportBody;
import dev.muster.server.compliance.ComplianceWire.StatusBody;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Refusal;
import dev.muster.server.web.Bodies;
import dev.muster.server.web.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

/// The report and the status of the MDM loop.
@Path("/devices")
@Tag(name = "The MDM loop")
@RunOnVirtualThread
public final class LoopResource {
  private static final int DEVICES_IN_A_CHUNK = 1_000;

  private final Compliance compliance;
  private final CurrentCaller caller;
  private final ObjectMapper json;

  LoopResource(Compliance compliance, CurrentCaller caller, ObjectMapper json) {
    this.compliance = compliance;
    this.caller = caller;
    this.json = json;
  }

  @POST
  @Path("{id}/report")
  @ResponseStatus(202)
  @Operation(summary = "Report what the device really is")
  public void report(@PathParam("id") String device, @Valid ReportBody body) {
    ReportBody report = Bodies.present(body);
    IdBody named = report.deviceId();
    if (named != null && !device.equals(named.value())) {
      throw Refusal.invalid("deviceId.value", "must be the device of the path, " + device);
    }
    compliance.report(caller.get(), device, report.toReport());
  }

  @GET
  @Path("{id}/status")
  @Operation(summary = "What is desired of a device, what it last reported, and the difference")
  public StatusBody status(@PathParam("id") String device) {
    return StatusBody.of(compliance.of(caller.get(), device));
  }

  @GET
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(summary = "The status of all devices, as one array that is streamed")
  @APIResponse(
      responseCode = "200",
      content =
          @Content(
              schema =
                  @Schema(
                      type = org.eclipse.microprofile.openapi.annotations.enums.SchemaType.ARRAY,
                      implementation = StatusBody.class)))
  public StreamingOutput all() {
    Caller who = caller.get();
    List<DeviceCompliance> first = compliance.page(who, null, null, DEVICES_IN_A_CHUNK);
    return output -> stream(who, first, output);
  }

  private void stream(Caller who, List<DeviceCompliance> first, OutputStream output)
      throws IOException {
    try (JsonGenerator generator = json.createGenerator(output)) {
      generator.writeStartArray();
      List<DeviceCompliance> chunk = first;
      while (!chunk.isEmpty()) {
        for (DeviceCompliance row : chunk) {
          json.writeValue(generator, StatusBody.of(row));
        }
        chunk =
            chunk.size() < DEVICES_IN_A_CHUNK
                ? List.of()
                : compliance.page(who, null, chunk.getLast().deviceId(), DEVICES_IN_A_CHUNK);
      }
      generator.writeEndArray();
    }
  }
}
