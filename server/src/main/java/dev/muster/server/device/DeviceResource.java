package dev.muster.server.device;

import dev.muster.server.platform.Caller;
import dev.muster.server.web.Bodies;
import dev.muster.server.web.CurrentCaller;
import dev.muster.server.web.Page;
import dev.muster.server.web.Paging;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.UriInfo;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jspecify.annotations.Nullable;

/// The registry on REST.
@Path("/api/devices")
@Tag(name = "Devices")
@RunOnVirtualThread
public class DeviceResource {
  private final Devices devices;
  private final DeviceLists lists;
  private final DeviceErasure erasure;
  private final DeviceRows rows;
  private final CurrentCaller caller;
  private final Paging paging;

  DeviceResource(
      Devices devices,
      DeviceLists lists,
      DeviceErasure erasure,
      DeviceRows rows,
      CurrentCaller caller,
      Paging paging) {
    this.devices = devices;
    this.lists = lists;
    this.erasure = erasure;
    this.rows = rows;
    this.caller = caller;
    this.paging = paging;
  }

  @POST
  @Operation(summary = "Register a device")
  @ResponseStatus(201)
  public DeviceWire.Row register(@Valid DeviceWire.Creation body) {
    Caller registrar = caller.get();
    Device device = devices.register(registrar, Bodies.present(body).toNewDevice());
    return rows.of(devices.read(registrar, device.id().toString()));
  }

  @GET
  @Operation(
      summary = "List devices by filters, in an order",
      description =
          "Filters are and-ed; tag may be repeated, and attribute.<key>=<value> asks for an attribute."
              + " search is how the name or the id begins, in any case. Retired devices are listed"
              + " with lifecycle=RETIRED only. ordering is name, created_at or device_id, with a -"
              + " before it for the other way; a search has an order of its own, and takes another"
              + " one only when it finds at most 1,000. Follow next, also when a page is short: its"
              + " cursor costs the same on every page and is good for the same filters and ordering"
              + " only. count is exact without a filter, and stops at 10,000 with one.")
  @Parameter(name = "search", in = ParameterIn.QUERY)
  @Parameter(name = "group", in = ParameterIn.QUERY)
  @Parameter(name = "lifecycle", in = ParameterIn.QUERY)
  @Parameter(name = "status", in = ParameterIn.QUERY)
  @Parameter(name = "platform", in = ParameterIn.QUERY)
  @Parameter(name = "type", in = ParameterIn.QUERY)
  @Parameter(name = "tag", in = ParameterIn.QUERY)
  @Parameter(name = "model", in = ParameterIn.QUERY)
  @Parameter(name = "os_version", in = ParameterIn.QUERY)
  @Parameter(name = "agent_version", in = ParameterIn.QUERY)
  public Page<DeviceWire.Row> list(
      @QueryParam("ordering") @Nullable String ordering, @Context UriInfo uri) {
    DeviceFilter filter = DeviceFilters.read(uri.getQueryParameters());
    DeviceLists.Listed found =
        lists.list(
            caller.get(),
            filter,
            ordering == null || ordering.isEmpty() ? null : DeviceOrder.parse(ordering),
            new DeviceLists.Place(paging.cursor(), paging.offset()),
            paging.limit());
    return paging.page(
        found.count(),
        rows.of(caller.get().organization(), found.entries()),
        found.next(),
        found.previous());
  }

  @GET
  @Path("{device_id}")
  @Operation(summary = "Show a device")
  public DeviceWire.Row show(@PathParam("device_id") String device) {
    return rows.of(devices.read(caller.get(), device));
  }

  @PATCH
  @Path("{device_id}")
  @Operation(summary = "Change name, tags, status or attributes of a device")
  public DeviceWire.Row change(
      @PathParam("device_id") String device, @Valid DeviceWire.Patch body) {
    return rows.of(devices.change(caller.get(), device, Bodies.present(body).toChange()));
  }

  @DELETE
  @Path("{device_id}")
  @Operation(
      summary = "Erase a device with all that is known of it",
      description = "In every state, and for good. See docs/data-protection.md.")
  public void erase(@PathParam("device_id") String device) {
    erasure.erase(caller.get(), device);
  }
}
