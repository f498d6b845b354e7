package dev.muster.server.device;

import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.Refusal;
import dev.muster.server.web.Bodies;
import dev.muster.server.web.CurrentCaller;
import dev.muster.server.web.Page;
import dev.muster.server.web.Paging;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jspecify.annotations.Nullable;

/// The registry on REST.
@Path("/api/devices")
@Tag(name = "Devices")
@RunOnVirtualThread
public class DeviceResource {
  private final Devices devices;
  private final CurrentCaller caller;
  private final Paging paging;

  DeviceResource(Devices devices, CurrentCaller caller, Paging paging) {
    this.devices = devices;
    this.caller = caller;
    this.paging = paging;
  }

  @POST
  @Operation(summary = "Register a device")
  @ResponseStatus(201)
  public DeviceWire.Row register(@Valid DeviceWire.Creation body) {
    Caller registrar = caller.get();
    Device device = devices.register(registrar, Bodies.present(body).toNewDevice());
    return DeviceWire.Row.of(devices.read(registrar, device.id().toString()));
  }

  @GET
  @Operation(
      summary = "List devices in the order of registration",
      description =
          "Follow next: its cursor costs the same on every page. count is exact without a filter; with"
              + " search, group, status or tag it stops at 10,000.")
  public Page<DeviceWire.Row> list(
      @QueryParam("search") @Nullable String search,
      @QueryParam("group") @Nullable String group,
      @QueryParam("status") @Nullable String status,
      @QueryParam("tag") @Nullable String tag) {
    DeviceFilter filter =
        new DeviceFilter(given(search), given(group), status(given(status)), given(tag));
    Devices.Listed found =
        devices.list(caller.get(), filter, after(), paging.offset(), paging.limit());
    List<DeviceWire.Row> rows = found.entries().stream().map(DeviceWire.Row::of).toList();
    return paging.offset() > 0
        ? paging.page(found.count(), rows)
        : paging.page(found.count(), rows, found.more() ? rows.getLast().id() : null);
  }

  @GET
  @Path("{device_id}")
  @Operation(summary = "Show a device")
  public DeviceWire.Row show(@PathParam("device_id") String device) {
    return DeviceWire.Row.of(devices.read(caller.get(), device));
  }

  @PATCH
  @Path("{device_id}")
  @Operation(summary = "Change name, tags, status or attributes of a device")
  public DeviceWire.Row change(
      @PathParam("device_id") String device, @Valid DeviceWire.Patch body) {
    return DeviceWire.Row.of(devices.change(caller.get(), device, Bodies.present(body).toChange()));
  }

  private @Nullable DeviceId after() {
    String cursor = paging.cursor();
    return cursor == null
        ? null
        : Ids.parse(cursor)
            .map(DeviceId::new)
            .orElseThrow(() -> Refusal.parameter("cursor", "must be that of a next link"));
  }

  private static @Nullable DeviceStatus status(@Nullable String word) {
    if (word == null) {
      return null;
    }
    if (!word.matches(DeviceStatus.WORDS)) {
      throw Refusal.parameter("status", "must be one of " + DeviceStatus.WORDS.replace("|", ", "));
    }
    return DeviceStatus.valueOf(word);
  }

  private static @Nullable String given(@Nullable String text) {
    return text == null || text.isEmpty() ? null : text;
  }
}
