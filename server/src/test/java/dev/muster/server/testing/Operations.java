package dev.muster.server.testing;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/// The operations that the server under test publishes, from its OpenAPI document.
public record Operations(JsonNode document) {
  /// @param fields of the body, if it takes an object
  public record Operation(String method, String path, Set<String> fields) {
    public String name() {
      return method + " " + path;
    }
  }

  public static Operations published() {
    return new Operations(Api.anonymous().get("/openapi?format=json").expect(200).body());
  }

  public List<Operation> all() {
    List<Operation> operations = new ArrayList<>();
    document
        .get("paths")
        .properties()
        .forEach(path ->
            path.getValue()
                .properties()
                .forEach(method ->
                    operations.add(
                        new Operation(
                            method.getKey().toUpperCase(Locale.ROOT),
                            path.getKey(),
                            fields(method.getValue())))));
    return operations;
  }

  public boolean have(String path) {
    return document.get("paths").has(path);
  }

  private Set<String> fields(JsonNode operation) {
    JsonNode schema = operation.at("/requestBody/content/application~1json/schema");
    String reference = schema.path("$ref").asText();
    JsonNode body = reference.isEmpty() ? schema : document.at(reference.substring(1));
    Set<String> fields = new TreeSet<>();
    body.path("properties").fieldNames().forEachRemaining(fields::add);
    return fields;
  }
}
