package dev.muster.server.identity;

import dev.muster.server.identity.UserWire.NewUserBody;
import dev.muster.server.identity.UserWire.UserBody;
import dev.muster.server.identity.UserWire.UserChangeBody;
import dev.muster.server.organization.Organization;
import dev.muster.server.organization.Organizations;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Slice;
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
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

/// Users over REST.
@Path("/api/users")
@Tag(name = "Users")
@RunOnVirtualThread
final class UserResource {
  private final Users users;
  private final UserErasure erasure;
  private final Organizations organizations;
  private final CurrentCaller caller;
  private final Paging paging;

  UserResource(
      Users users,
      UserErasure erasure,
      Organizations organizations,
      CurrentCaller caller,
      Paging paging) {
    this.users = users;
    this.erasure = erasure;
    this.organizations = organizations;
    this.caller = caller;
    this.paging = paging;
  }

  @GET
  @Path("me")
  @Operation(summary = "The user who calls")
  public UserBody me() {
    User me = users.me(caller.get());
    return UserWire.of(me, nameOf(me.organization()));
  }

  @GET
  @Operation(summary = "The users of the organization")
  public Page<UserBody> list() {
    Slice<User> listing = users.list(caller.get(), paging.limit(), paging.offset());
    String organization = nameOf(caller.organization());
    return paging
        .page(listing.count(), listing.rows())
        .map(user -> UserWire.of(user, organization));
  }

  @POST
  @ResponseStatus(201)
  @Operation(summary = "Make a user")
  public UserBody create(@Valid NewUserBody body) {
    return UserWire.of(
        users.create(caller.get(), Bodies.present(body).user()), nameOf(caller.organization()));
  }

  @GET
  @Path("{id}")
  @Operation(summary = "One user")
  public UserBody find(@PathParam("id") String id) {
    return UserWire.of(users.require(caller.get(), userId(id)), nameOf(caller.organization()));
  }

  @PATCH
  @Path("{id}")
  @Operation(summary = "Change a user's name, role or password, or deactivate the user")
  public UserBody change(@PathParam("id") String id, @Valid UserChangeBody body) {
    User changed = users.change(caller.get(), userId(id), Bodies.present(body).change());
    return UserWire.of(changed, nameOf(caller.organization()));
  }

  @DELETE
  @Path("{id}")
  @Operation(summary = "Erase a person; what they have made stays")
  public void erase(@PathParam("id") String id) {
    erasure.erase(caller.get(), userId(id));
  }

  private String nameOf(OrganizationId organization) {
    return organizations.find(organization).map(Organization::name).orElse("");
  }

  private static UserId userId(String text) {
    return Ids.parse(text).map(UserId::new).orElseThrow(() -> Refusal.notFound("user"));
  }
}
