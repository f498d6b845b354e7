package dev.muster.server.web;

import dev.muster.server.platform.Claim;
import io.quarkus.arc.Arc;
import io.quarkus.arc.ArcContainer;
import jakarta.enterprise.context.RequestScoped;
import org.jspecify.annotations.Nullable;

/// The claim of the present request on its idempotency key. It follows the request, and not a
/// thread: threads that a request starts, jobs and listeners have none.
@RequestScoped
public class CurrentClaim {
  private volatile @Nullable Claim claim;

  void set(Claim claim) {
    this.claim = claim;
  }

  @Nullable Claim get() {
    return claim;
  }

  /// Null outside of a request, and in one without a key.
  public static @Nullable Claim ofThisRequest() {
    ArcContainer container = Arc.container();
    if (container == null || !container.requestContext().isActive()) {
      return null;
    }
    return container.instance(CurrentClaim.class).get().get();
  }
}
