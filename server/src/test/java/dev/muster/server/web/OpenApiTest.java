package dev.muster.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// The description of the API that the server publishes.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class OpenApiTest {
  /// Without a credential, and 401 when the body is not right.
  private static final Set<String> LOGINS = Set.of("/api/auth/login", "/api/auth/refresh");

  private static JsonNode document() {
    return Api.anonymous().get("/openapi?format=json").expect(200).body();
  }

  @Test
  void everyOperationHasASummaryATagAndAnAnswer() {
    JsonNode document = document();
    assertThat(document.get("openapi").asText()).startsWith("3.");
    assertThat(document.at("/info/title").asText()).isEqualTo("Muster");
    for (Map.Entry<String, JsonNode> path : document.get("paths").properties()) {
      for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
        JsonNode it = operation.getValue();
        String name = operation.getKey() + " " + path.getKey();
        assertThat(it.path("summary").asText()).as(name).isNotBlank().doesNotEndWith(".");
        assertThat(it.path("tags")).as(name).hasSize(1);
        assertThat(it.path("responses")).as(name).isNotEmpty();
      }
    }
  }

  @Test
  void everyPathIsUnderTheRulesOfTheGateOrNamedHere() {
    document()
        .get("paths")
        .fieldNames()
        .forEachRemaining(path ->
            assertThat(path)
                .matches("/(api|v1|devices)(/.*)?|/enroll|/healthz?")
                .doesNotEndWith("/"));
  }

  /// As everybody gets it: the table of permissions is held against the server.
  @Test
  void everyOperationIsPublishedWithTheStatusAndTheCredentialThatItHas() {
    JsonNode paths = document().get("paths");
    for (Permissions.Row row : Permissions.rows()) {
      JsonNode operation = paths.path(row.path()).path(row.method().toLowerCase(Locale.ROOT));
      Set<String> published = new TreeSet<>();
      operation.path("responses").fieldNames().forEachRemaining(published::add);
      for (String caller : Permissions.COLUMNS) {
        int status = row.status(caller);
        if (status < 300) {
          assertThat(published).as(row.operation()).contains(String.valueOf(status));
        }
      }
      boolean forAnybody = row.status("nobody") != 401 || LOGINS.contains(row.path());
      assertThat(operation.has("security")).as(row.operation()).isEqualTo(forAnybody);
      if (forAnybody) {
        assertThat(operation.get("security")).as(row.operation()).isEmpty();
      }
    }
    assertThat(document().at("/security/0").has(PublishedApi.SCHEME)).isTrue();
    assertThat(document().at("/components/securitySchemes/bearer/scheme").asText())
        .isEqualTo("bearer");
  }

  @Test
  void everyParameterOfAPathIsDeclared() {
    for (Map.Entry<String, JsonNode> path : document().get("paths").properties()) {
      Set<String> inPath = new TreeSet<>();
      java.util.regex.Pattern.compile("\\{(\\w+)}")
          .matcher(path.getKey())
          .results()
          .forEach(match -> inPath.add(match.group(1)));
      for (JsonNode operation : path.getValue()) {
        Set<String> declared = new TreeSet<>();
        for (JsonNode parameter : operation.path("parameters")) {
          if (parameter.get("in").asText().equals("path")) {
            declared.add(parameter.get("name").asText());
          }
        }
        assertThat(declared).as(path.getKey()).isEqualTo(inPath);
      }
    }
  }

  @Test
  void everyReferenceLeadsToASchema() {
    JsonNode document = document();
    document
        .findValuesAsText("$ref")
        .forEach(
            ref -> assertThat(document.at(ref.substring(1)).isMissingNode()).as(ref).isFalse());
  }

  @Test
  void theApiPageIsHtml() {
    Api.Answer page = Api.anonymous().get("/docs/").expect(200);
    assertThat(page.headers().firstValue("Content-Type").orElse("")).startsWith("text/html");
    assertThat(page.text()).contains("Muster API");
  }
}
