package dev.muster.server.edge;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import io.quarkus.smallrye.openapi.OpenApiFilter.RunStage;
import jakarta.inject.Singleton;
import java.util.List;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;

/// Names the public URL as the server of the published API. Without one the document names none,
/// which means: the server that it came from.
@Singleton
@OpenApiFilter(stages = RunStage.RUNTIME_STARTUP)
public final class PublicServer implements OASFilter {
  private final PublicUrl publicUrl;

  PublicServer(PublicUrl publicUrl) {
    this.publicUrl = publicUrl;
  }

  @Override
  public void filterOpenAPI(OpenAPI document) {
    publicUrl
        .base()
        .ifPresent(base -> document.setServers(List.of(OASFactory.createServer().url(base))));
  }
}
