package dev.muster.server.telemetry;

import dev.muster.server.platform.Refusal;
import dev.muster.server.web.CurrentCaller;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/// What a device says of itself, on REST.
@Path("/api/devices/{device_id}/telemetry")
@Tag(name = "Telemetry")
@RunOnVirtualThread
public class TelemetryResource {
  private static final int USUAL_POINTS = 300;

  private final Telemetry telemetry;
  private final CurrentCaller caller;

  TelemetryResource(Telemetry telemetry, CurrentCaller caller) {
    this.telemetry = telemetry;
    this.caller = caller;
  }

  @GET
  @Operation(
      summary = "Show the history of a device for a chart",
      description =
          "The time is divided into `points` equal steps; each that has heartbeats is one point. With"
              + " the last status and its details.")
  public TelemetryWire.HistoryRow history(
      @PathParam("device_id") String device,
      @Parameter(description = "A time; a day before `to` when absent") @QueryParam("from")
          @Nullable String from,
      @Parameter(description = "A time; now when absent") @QueryParam("to") @Nullable String to,
      @Parameter(description = "1 to 2,000; 300 when absent") @QueryParam("points")
          @Nullable String points) {
    return TelemetryWire.HistoryRow.of(
        telemetry.history(
            caller.get(), device, time("from", from), time("to", to), number(points)));
  }

  private static int number(@Nullable String text) {
    if (text == null || text.isEmpty()) {
      return USUAL_POINTS;
    }
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException _) {
      return 0; // refused by the door
    }
  }

  private static @Nullable Instant time(String name, @Nullable String text) {
    if (text == null || text.isEmpty()) {
      return null;
    }
    try {
      OffsetDateTime time = OffsetDateTime.parse(text);
      if (time.getYear() >= 1970 && time.getYear() <= 9999) {
        return time.toInstant();
      }
    } catch (DateTimeException _) {
      // refused below
    }
    throw Refusal.parameter(
        name, "must be a time of the years 1970 to 9999, such as 2026-01-31T12:00:00Z");
  }
}
