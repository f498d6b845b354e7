package dev.muster.server.device;

import dev.muster.server.platform.Refusal;
import dev.muster.server.web.CurrentCaller;
import dev.muster.server.web.Page;
import dev.muster.server.web.Paging;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/// The history of devices on REST.
@Path("/api/devices/{device_id}/events")
@Tag(name = "Devices")
@RunOnVirtualThread
public class EventResource {
  private final DeviceEvents events;
  private final CurrentCaller caller;
  private final Paging paging;

  EventResource(DeviceEvents events, CurrentCaller caller, Paging paging) {
    this.events = events;
    this.caller = caller;
    this.paging = paging;
  }

  @GET
  @Operation(
      summary = "List what happened to a device, newest first",
      description =
          "Follow next. from is the earliest time wanted, to the first that is too late; count stops"
              + " at 10,000. Events are forgotten after muster.device.event-retention.")
  public Page<DeviceWire.EventRow> list(
      @PathParam("device_id") String device,
      @QueryParam("kind") @Nullable String kind,
      @QueryParam("from") @Nullable String from,
      @QueryParam("to") @Nullable String to) {
    DeviceEvents.Listed found =
        events.list(
            caller.get(),
            device,
            new DeviceEvents.Range(kind(kind), time("from", from), time("to", to)),
            paging.cursor(),
            paging.limit());
    return paging.page(found.count(), found.events(), found.next()).map(DeviceWire.EventRow::of);
  }

  private static @Nullable EventKind kind(@Nullable String word) {
    if (word == null || word.isEmpty()) {
      return null;
    }
    return Arrays.stream(EventKind.values())
        .filter(kind -> kind.name().equals(word))
        .findFirst()
        .orElseThrow(() ->
            Refusal.parameter(
                "kind",
                "must be one of "
                    + Arrays.stream(EventKind.values())
                        .map(Enum::name)
                        .collect(Collectors.joining(", "))));
  }

  private static @Nullable Instant time(String name, @Nullable String text) {
    if (text == null || text.isEmpty()) {
      return null;
    }
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException _) {
      throw Refusal.parameter(name, "must be a time such as 2026-01-31T12:00:00Z");
    }
  }
}
