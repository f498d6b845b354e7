package dev.muster.server.compliance;

import dev.muster.protocol.ComplianceState;
import dev.muster.server.compliance.ComplianceWire.ComplianceRow;
import dev.muster.server.compliance.ComplianceWire.Summary;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Slice;
import dev.muster.server.web.CurrentCaller;
import dev.muster.server.web.Page;
import dev.muster.server.web.Paging;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/// Compliance of the fleet over REST.
@Path("/api/compliance")
@Tag(name = "Compliance")
@RunOnVirtualThread
public final class ComplianceResource {
  private final Compliance compliance;
  private final CurrentCaller caller;
  private final Paging paging;

  ComplianceResource(Compliance compliance, CurrentCaller caller, Paging paging) {
    this.compliance = compliance;
    this.caller = caller;
    this.paging = paging;
  }

  @GET
  @Path("summary")
  @Operation(summary = "Count devices by state")
  public Summary summary() {
    Map<ComplianceState, Long> counts = compliance.counts(caller.get());
    return new Summary(counts.values().stream().mapToLong(Long::longValue).sum(), counts);
  }

  @GET
  @Path("devices")
  @Operation(summary = "List devices with state and drift; filter by state, page by cursor")
  public Page<ComplianceRow> devices(@QueryParam("state") @Nullable String state) {
    ComplianceState wanted = state(state);
    int limit = paging.limit();
    Slice<DeviceCompliance> slice = compliance.list(caller.get(), wanted, after(), limit);
    List<DeviceCompliance> rows = slice.rows();
    String next = rows.size() < limit ? null : rows.getLast().deviceId().toString();
    return paging.page(slice.count(), rows, next).map(ComplianceRow::of);
  }

  private @Nullable UUID after() {
    String cursor = paging.cursor();
    return cursor == null
        ? null
        : Ids.parse(cursor)
            .orElseThrow(
                () -> Refusal.parameter("cursor", "must be taken from the next link of a page"));
  }

  private static @Nullable ComplianceState state(@Nullable String text) {
    if (text == null || text.isEmpty()) {
      return null;
    }
    return Arrays.stream(ComplianceState.values())
        .filter(state -> state.name().equals(text.toUpperCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(() ->
            Refusal.parameter(
                "state",
                "must be one of "
                    + Arrays.stream(ComplianceState.values())
                        .map(Enum::name)
                        .collect(Collectors.joining(", "))));
  }
}
