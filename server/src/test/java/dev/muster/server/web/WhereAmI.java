package dev.muster.server.web;

import dev.muster.server.platform.Caller;
import dev.muster.server.platform.RequestId;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/// Tells which request id the threads of a request see: that of the credential's check, and that of
/// the resource.
@Singleton
@Path("/api/where-am-i")
@RunOnVirtualThread
public class WhereAmI implements CredentialCheck {
  static final String CREDENTIAL = "whereami:";
  private final Map<String, String> seenByCheck = new ConcurrentHashMap<>();

  public record Seen(@Nullable String check, @Nullable String resource, boolean virtual) {}

  @Override
  public boolean recognizes(String credential) {
    return credential.startsWith(CREDENTIAL);
  }

  @Override
  public Caller check(String credential) {
    String id = RequestId.current();
    if (id != null) {
      seenByCheck.put(id, id);
    }
    return new Caller.Server(
        new dev.muster.server.platform.OrganizationId(dev.muster.server.platform.Ids.next()),
        "where-am-i");
  }

  @GET
  @Operation(hidden = true)
  public Seen tell() {
    String id = RequestId.current();
    return new Seen(
        id == null ? null : seenByCheck.get(id), id, Thread.currentThread().isVirtual());
  }
}
