package dev.muster.server.web;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import io.quarkus.smallrye.openapi.OpenApiFilter.RunStage;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import java.lang.annotation.Annotation;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.responses.APIResponses;
import org.eclipse.microprofile.openapi.models.security.SecurityScheme;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.IndexView;
import org.jboss.jandex.MethodInfo;
import org.jboss.jandex.Type;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jspecify.annotations.Nullable;

/// What the published description of the API says of every operation at once: which credential it
/// takes, and the status with which it succeeds, both as the [Gate] and the resources have it. Runs
/// when the server is built.
@OpenApiFilter(stages = RunStage.BUILD)
public final class PublishedApi implements OASFilter {
  static final String SCHEME = "bearer";

  private static final List<Class<? extends Annotation>> METHODS =
      List.of(GET.class, POST.class, PUT.class, PATCH.class, DELETE.class);

  /// What the description says by itself.
  private static final List<String> USUAL = List.of("200", "201", "204");

  /// By method and path; operations that are not here succeed with 200, or say it themselves.
  private final Map<String, String> statuses = new TreeMap<>();

  public PublishedApi(IndexView index) {
    for (Class<? extends Annotation> verb : METHODS) {
      for (AnnotationInstance found : index.getAnnotations(verb)) {
        MethodInfo method = found.target().asMethod();
        AnnotationInstance said = method.annotation(ResponseStatus.class);
        if (said != null) {
          statuses.put(name(verb, method), String.valueOf(said.value().asInt()));
        } else if (method.returnType().kind() == Type.Kind.VOID) {
          statuses.put(name(verb, method), "204");
        }
      }
    }
  }

  private static String name(Class<? extends Annotation> verb, MethodInfo method) {
    String path =
        "/"
            + path(method.declaringClass().declaredAnnotation(Path.class))
            + "/"
            + path(method.annotation(Path.class));
    return verb.getSimpleName() + " " + path.replaceAll("/{2,}", "/").replaceAll("/$", "");
  }

  private static String path(@Nullable AnnotationInstance path) {
    return path == null ? "" : path.value().asString();
  }

  @Override
  public void filterOpenAPI(OpenAPI document) {
    if (document.getComponents() == null) {
      document.setComponents(OASFactory.createComponents());
    }
    document
        .getComponents()
        .addSecurityScheme(
            SCHEME,
            OASFactory.createSecurityScheme()
                .type(SecurityScheme.Type.HTTP)
                .scheme("bearer")
                .description(
                    "An access token of /api/auth/login, an API key, a device token or an"
                        + " enrollment token. A server in open mode asks for none."));
    document.setSecurity(
        List.of(OASFactory.createSecurityRequirement().addScheme(SCHEME, List.of())));
    document
        .getPaths()
        .getPathItems()
        .forEach((path, item) ->
            item.getOperations().forEach((method, operation) -> complete(path, method, operation)));
  }

  private void complete(String path, PathItem.HttpMethod method, Operation operation) {
    if (Gate.isPublic(path)) {
      operation.setSecurity(List.of());
    }
    String status = statuses.get(method + " " + path);
    APIResponses responses = operation.getResponses();
    if (status == null || responses == null || responses.getAPIResponse(status) != null) {
      return;
    }
    for (String usual : USUAL) {
      APIResponse response = responses.getAPIResponse(usual);
      if (response != null) {
        responses.removeAPIResponse(usual);
        responses.addAPIResponse(status, response);
        return;
      }
    }
  }
}
