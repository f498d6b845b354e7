package dev.muster.server.identity;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.muster.server.organization.Organization;
import dev.muster.server.organization.Organizations;
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
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
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
  record OrganizationBody(String id, String name, boolean home, Instant createdAt) {
    static OrganizationBody of(Organization organization) {
      return new OrganizationBody(
          organization.id().toString(),
          organization.name(),
          organization.home(),
          organization.createdAt());
    }
  }

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
  private final CurrentCaller caller;
  private final Paging paging;

  OrganizationResource(
      Organizations organizations, Tenants tenants, CurrentCaller caller, Paging paging) {
    this.organizations = organizations;
    this.tenants = tenants;
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
}
