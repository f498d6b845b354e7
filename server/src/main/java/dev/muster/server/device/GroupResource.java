package dev.muster.server.device;

import dev.muster.server.web.Bodies;
import dev.muster.server.web.CurrentCaller;
import dev.muster.server.web.Page;
import dev.muster.server.web.Paging;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

/// Groups on REST. A group is named by its id or its name.
@Path("/api/groups")
@Tag(name = "Groups")
@RunOnVirtualThread
public class GroupResource {
  private final Groups groups;
  private final CurrentCaller caller;
  private final Paging paging;

  GroupResource(Groups groups, CurrentCaller caller, Paging paging) {
    this.groups = groups;
    this.caller = caller;
    this.paging = paging;
  }

  @POST
  @Operation(summary = "Make a group")
  @ResponseStatus(201)
  public DeviceWire.GroupRow create(@Valid DeviceWire.GroupCreation body) {
    return DeviceWire.GroupRow.of(groups.create(caller.get(), Bodies.present(body).name()));
  }

  @GET
  @Operation(summary = "List groups by name")
  public Page<DeviceWire.GroupRow> list() {
    Groups.Listed found = groups.list(caller.get(), paging.offset(), paging.limit());
    return paging.page(found.count(), found.groups()).map(DeviceWire.GroupRow::of);
  }

  @POST
  @Path("{group}/devices/{device_id}")
  @Operation(summary = "Put a device into a group")
  public void join(@PathParam("group") String group, @PathParam("device_id") String device) {
    groups.join(caller.get(), group, device);
  }

  @POST
  @Path("{group}/devices")
  @Operation(summary = "Put up to 1,000 devices into a group, all or none")
  public void joinAll(@PathParam("group") String group, @Valid DeviceWire.Members body) {
    groups.joinAll(caller.get(), group, Bodies.present(body).deviceIds());
  }

  @DELETE
  @Path("{group}/devices/{device_id}")
  @Operation(summary = "Take a device out of a group")
  public void leave(@PathParam("group") String group, @PathParam("device_id") String device) {
    groups.leave(caller.get(), group, device);
  }
}
