package dev.muster.server.telemetry;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import io.quarkus.smallrye.openapi.OpenApiFilter.RunStage;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;

/// Describes the [routes of heartbeats][HeartbeatRoutes] in the published API, where only resources
/// describe themselves. Runs when the server is built.
@OpenApiFilter(stages = RunStage.BUILD)
public final class HeartbeatApi implements OASFilter {
  @Override
  public void filterOpenAPI(OpenAPI document) {
    describe(
        document,
        "/v1/heartbeat",
        "Send a heartbeat, as the device",
        "Answered when it is committed, with the seconds to the next. The fields are in"
            + " docs/heartbeats.md. 503 with Retry-After when the server has more than it can take."
            + " The body may be gzipped, and has 1 MiB at the most unzipped.");
    describe(
        document,
        "/v1/heartbeats",
        "Send up to 500 heartbeats that were taken earlier, as the device",
        "They are stored with the times at which they were taken; what is there already is counted as"
            + " a duplicate, and what is refused is named by its place. The body may be gzipped, and"
            + " has 1 MiB at the most unzipped.");
  }

  private static void describe(OpenAPI document, String path, String summary, String description) {
    Operation operation =
        OASFactory.createOperation()
            .summary(summary)
            .description(description)
            .addTag("Devices themselves")
            .requestBody(
                OASFactory.createRequestBody()
                    .required(true)
                    .content(
                        OASFactory.createContent()
                            .addMediaType(
                                "application/json",
                                OASFactory.createMediaType().schema(OASFactory.createSchema()))))
            .responses(
                OASFactory.createAPIResponses()
                    .addAPIResponse("200", OASFactory.createAPIResponse().description("OK")));
    document.getPaths().addPathItem(path, OASFactory.createPathItem().POST(operation));
  }
}
