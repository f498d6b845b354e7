package dev.muster.server.web;

import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Refusal;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;

/// Who makes the present request, as [Gate] found.
@RequestScoped
public class CurrentCaller {
  private final RoutingContext context;

  @Inject
  public CurrentCaller(RoutingContext context) {
    this.context = context;
  }

  /// @throws Refusal `unauthenticated` on a public path that was called without a credential
  public Caller get() {
    Caller caller = context.get(Gate.CALLER);
    if (caller == null) {
      throw Refusal.unauthenticated(Gate.NO_CREDENTIAL);
    }
    return caller;
  }

  /// The organization of [#get].
  public dev.muster.server.platform.OrganizationId organization() {
    return get().organization();
  }
}
