package dev.muster.server.sync;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.testing.Api;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The program that the documentation shows.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class DocumentedClientTest {
  @TempDir private Path folder;

  @Test
  void thePythonOfTheDocumentationSynchronizes() throws Exception {
    Api admin = Api.ofNewOrganization();
    String email = Api.uniqueEmail();
    admin
        .post(
            "/api/users/",
            Map.of(
                "email",
                email,
                "name",
                "Tina",
                "password",
                ServerUnderTest.PASSWORD,
                "role",
                "member"))
        .expect(201);
    admin.post("/api/tasks/", Map.of("title", "made in the browser")).expect(201);
    String page = Files.readString(Path.of("..", "docs", "sync-client.md"));
    int begin = page.indexOf("```python\n") + "```python\n".length();
    Path program = folder.resolve("example.py");
    Files.writeString(program, page.substring(begin, page.indexOf("```", begin)));
    ProcessBuilder python =
        new ProcessBuilder("python3", program.toString()).redirectErrorStream(true);
    python.environment().put("SERVER", Api.baseUrl());
    python.environment().put("EMAIL", email);
    python.environment().put("PASSWORD", ServerUnderTest.PASSWORD);
    Process run = python.start();
    String said = new String(run.getInputStream().readAllBytes(), UTF_8);
    assertThat(said).isEqualTo("Replace the seal in_progress\n");
    assertThat(run.waitFor()).isZero();
    assertThat(admin.get("/api/tasks/?status=in_progress").expect(200).at("results.0.title"))
        .isEqualTo("Replace the seal");
  }
}
