package dev.muster.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.muster.cli.client.Api;
import dev.muster.cli.client.Failure;
import dev.muster.cli.client.Private;
import dev.muster.cli.client.Route;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/// What the demo has on its server: a group of kiosks, a policy for them, and a token by which
/// simulated devices join. Everything that is there already is left as it is, so that a second run
/// goes on where the first one stopped.
final class DemoFleet {

  static final String GROUP = "kiosks";
  static final String POLICY = "kiosk";

  private final Api api;

  DemoFleet(Api api) {
    this.api = api;
  }

  void make() {
    unlessThere(Route.of("/api/groups/"), object().put("name", GROUP));
    unlessThere(
        Route.of("/api/policies/"),
        object()
            .put("name", POLICY)
            .put("type", "RESTRICTIONS")
            .put("description", "What the demo's kiosks may do"));
    Route versions = Route.of("/api/policies/{}/versions/", POLICY);
    if (api.list(versions, 1).path("results").isEmpty()) {
      ObjectNode version = object().put("comment", "The first version of the demo");
      version.putObject("payload").put("cameraDisabled", true).put("screenLockSeconds", 300);
      api.post(versions, version);
    }
    if (api.list(Route.of("/api/policies/{}/assignments/", POLICY), 1).path("results").isEmpty()) {
      api.post(Route.of("/api/groups/{}/assign-policy/{}/", GROUP, POLICY), null);
    }
  }

  /// Writes a token to `file` by which `devices` devices can enroll, when some of them have yet to:
  /// the server does not know that many, or the simulator has forgotten who they are.
  void admit(int devices, Path simulator, Path file) {
    int known =
        api.get(Route.of("/api/devices/").with("group", GROUP).with("limit", 1))
            .path("count")
            .asInt();
    if (known >= devices && !isEmpty(simulator) && Files.exists(file)) {
      return;
    }
    ObjectNode body =
        object()
            .put("name", "demo")
            .put("max_uses", devices)
            .put("expires_in_seconds", Duration.ofHours(24).toSeconds());
    body.putArray("groups").add(GROUP);
    JsonNode token = api.post(Route.of("/api/enrollment-tokens/"), body);
    Private.write(file, token.path("token").asText() + "\n");
  }

  private static boolean isEmpty(Path folder) {
    if (!Files.isDirectory(folder)) {
      return true;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    } catch (IOException e) {
      throw new Failure.Local("Cannot read " + folder + ": " + Private.reason(e), e);
    }
  }

  /// Makes a thing that is known by its name; asks first, since a conflict has many reasons.
  private void unlessThere(Route list, ObjectNode thing) {
    String name = thing.path("name").asText();
    boolean there =
        api.list(list, Integer.MAX_VALUE)
            .path("results")
            .valueStream()
            .anyMatch(row -> row.path("name").asText().equals(name));
    if (!there) {
      api.post(list, thing);
    }
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }
}
