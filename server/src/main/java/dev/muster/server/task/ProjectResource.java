package dev.muster.server.task;

import dev.muster.server.platform.Ids;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Slice;
import dev.muster.server.task.TaskWire.NewProject;
import dev.muster.server.task.TaskWire.ProjectBody;
import dev.muster.server.task.TaskWire.ProjectPatch;
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
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

/// Projects over REST.
@Path("/api/projects")
@Tag(name = "Tasks")
@RunOnVirtualThread
final class ProjectResource {
  record Status(String status) {}

  private final Projects projects;
  private final CurrentCaller caller;
  private final Paging paging;

  ProjectResource(Projects projects, CurrentCaller caller, Paging paging) {
    this.projects = projects;
    this.caller = caller;
    this.paging = paging;
  }

  @GET
  @Operation(summary = "The projects of the organization, newest first")
  public Page<ProjectBody> list() {
    Slice<Project> slice = projects.list(caller.get(), paging.limit(), paging.offset());
    return paging.page(slice.count(), slice.rows()).map(this::body);
  }

  @POST
  @ResponseStatus(201)
  @Operation(summary = "Make a project")
  public ProjectBody create(@Valid NewProject body) {
    NewProject project = Bodies.present(body);
    return body(
        projects.create(
            caller.get(), project.name().strip(), project.description(), project.color()));
  }

  @GET
  @Path("{id}")
  @Operation(summary = "One project")
  public ProjectBody find(@PathParam("id") String id) {
    return body(projects.find(caller.get(), project(id)));
  }

  @PATCH
  @Path("{id}")
  @Operation(summary = "Change a project")
  public ProjectBody change(@PathParam("id") String id, @Valid ProjectPatch body) {
    ProjectPatch patch = Bodies.present(body);
    return body(
        projects.change(
            caller.get(),
            project(id),
            new Projects.Change(patch.name(), patch.description(), patch.color(), null)));
  }

  @POST
  @Path("{id}/archive")
  @Operation(summary = "Archive a project; its tasks stay")
  public Status archive(@PathParam("id") String id) {
    projects.change(caller.get(), project(id), new Projects.Change(null, null, null, true));
    return new Status("project archived");
  }

  @POST
  @Path("{id}/unarchive")
  @Operation(summary = "Take a project back out of the archive")
  public Status unarchive(@PathParam("id") String id) {
    projects.change(caller.get(), project(id), new Projects.Change(null, null, null, false));
    return new Status("project unarchived");
  }

  private ProjectBody body(Project project) {
    return ProjectBody.of(project, caller.organization().toString());
  }

  private static UUID project(String id) {
    return Ids.parse(id).orElseThrow(() -> Refusal.notFound("project"));
  }
}
