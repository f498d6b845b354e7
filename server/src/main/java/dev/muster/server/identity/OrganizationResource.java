package dev.muster.server.identity;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.muster.server.identity.OrganizationWire.ChangeBody;
import dev.muster.server.identity.OrganizationWire.ErasureBody;
import dev.muster.server.identity.OrganizationWire.OrganizationBody;
import dev.muster.server.identity.OrganizationWire.OverviewBody;
import dev.muster.server.identity.OrganizationWire.OwnChangeBody;
import dev.muster.server.organization.Organization;
import dev.muster.server.organization.OrganizationErasure;
import dev.muster.server.organization.OrganizationOverviews;
import dev.muster.server.organization.Organizations;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import dev.muster.server.platform.Slice;
import dev.muster.server.web.Bodies;
import dev.muster.server.web.CurrentCaller;
import dev.muster.server.web.Page;
import dev.muster.server.web.Paging;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

/// Organizations over REST. Here and not a room further up, because one is made with its admin.
@Path("/api/organizations")
@Tag(name = "Organizations")
@RunOnVirtualThread
final class OrganizationResource {
  @JsonNaming(SnakeCaseStrategy.class)
  record TenantBody(
      String id, String name, boolean home, Instant createdAt, UserWire.UserBody admin) {}

  @JsonNaming(SnakeCaseStrategy.class)
  record NewTenantBody(
      @NotBlank(message = "must not be empty")
          @Size(max = Organization.LONGEST_NAME, message = "must have {max} characters at the most")
          String name,
      @NotNull(message = UserWire.EMAIL_MESSAGE)
          @Pattern(regexp = UserWire.EMAIL_FORM, message = UserWire.EMAIL_MESSAGE)
          @Size(max = 254, message = "must have {max} characters at the most")
          String adminEmail,
      @NotBlank(message = "must not be empty")
          @Size(max = 200, message = "must have {max} characters at the most")
          String adminName,
      @NotNull(message = "must not be missing") String adminPassword) {}

  private final Organizations organizations;
  private final Tenants tenants;
  private final OrganizationOverviews overviews;
  private final OrganizationErasure erasure;
  private final CurrentCaller caller;
  private final Paging paging;

  OrganizationResource(
      Organizations organizations,
      Tenants tenants,
      OrganizationOverviews overviews,
      OrganizationErasure erasure,
      CurrentCaller caller,
      Paging paging) {
    this.organizations = organizations;
    this.tenants = tenants;
    this.overviews = overviews;
    this.erasure = erasure;
    this.caller = caller;
    this.paging = paging;
  }

  @GET
  @Operation(summary = "All organizations; for admins of the first one")
  public Page<OrganizationBody> list() {
    Slice<Organization> listing = organizations.list(caller.get(), paging.limit(), paging.offset());
    return paging.page(listing.count(), listing.rows()).map(OrganizationBody::of);
  }

  @POST
  @ResponseStatus(201)
  @Operation(summary = "Make an organization and its admin; for admins of the first one")
  public TenantBody create(@Valid NewTenantBody body) {
    NewTenantBody tenant = Bodies.present(body);
    Tenants.Tenant made =
        tenants.create(
            caller.get(),
            tenant.name().strip(),
            tenant.adminEmail().strip(),
            tenant.adminName().strip(),
            tenant.adminPassword());
    Organization organization = made.organization();
    return new TenantBody(
        organization.id().toString(),
        organization.name(),
        organization.home(),
        organization.createdAt(),
        UserWire.of(made.admin(), organization.name()));
  }

  @GET
  @Path("me")
  @Operation(summary = "The caller's own organization, with its quotas and what it has of them")
  public OverviewBody own() {
    return OverviewBody.of(overviews.own(caller.get()));
  }

  @PATCH
  @Path("me")
  @Operation(
      summary = "Change the settings of the caller's own organization; for admins",
      description =
          "allow_scripts: whether devices may be told to run scripts (RUN_SCRIPT). Off at first,"
              + " because whoever may send a command could then do anything on every device.")
  public OverviewBody changeOwn(@Valid OwnChangeBody body) {
    return OverviewBody.of(
        overviews.allowScripts(caller.get(), Bodies.present(body).allowScripts()));
  }

  @GET
  @Path("{id}")
  @Operation(
      summary = "One organization, with its quotas, what it has of them, and how far an erasure is",
      description = "For admins of the first organization. A quota of 0 is without limit.")
  public OverviewBody show(@PathParam("id") String id) {
    return OverviewBody.of(overviews.show(caller.get(), organizationId(id)));
  }

  @PATCH
  @Path("{id}")
  @Operation(
      summary = "Rename an organization or set its quotas; for admins of the first one",
      description =
          "quotas has any of devices, tokens, storage_bytes and attachment_bytes: 0 is without"
              + " limit, null the server's own limit again. A quota below what there is lets"
              + " nothing more in and takes nothing away.")
  public OverviewBody change(@PathParam("id") String id, @Valid ChangeBody body) {
    return OverviewBody.of(
        overviews.change(caller.get(), organizationId(id), Bodies.present(body).change()));
  }

  @DELETE
  @Path("{id}")
  @ResponseStatus(202)
  @Operation(
      summary = "Erase an organization with all that it has; for admins of the first one",
      description =
          "Nobody of it is let in from now on; its rows are deleted afterwards, and GET shows how far"
              + " that is. confirm_name is its name.")
  public OverviewBody erase(@PathParam("id") String id, @Valid ErasureBody body) {
    OrganizationId organization = organizationId(id);
    erasure.begin(caller.get(), organization, Bodies.present(body).confirmName());
    return OverviewBody.of(overviews.show(caller.get(), organization));
  }

  /// An id of no such form is that of no organization; who may not ask hears no more than that.
  private OrganizationId organizationId(String text) {
    caller.get().require(Right.WRITE_ORGANIZATIONS);
    return Ids.parse(text)
        .map(OrganizationId::new)
        .orElseThrow(() -> Refusal.notFound("organization"));
  }
}
