package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DemoDataCommandTest extends CliTest {
  private static final String ME = "GET /api/users/me/";
  private static final String LOGIN = "POST /api/auth/login/";
  private static final String TOKENS = "{\"access\": \"a\", \"refresh\": \"r\"}";
  private static final String NOBODY = "{\"detail\": \"No active account.\"}";
  private static final String MAKE = "POST /api/organizations/";
  private static final String EMPTY = page();

  private static String page(String... rows) {
    return "{\"count\": %d, \"next\": null, \"results\": [%s]}"
        .formatted(rows.length, String.join(",", rows));
  }

  @BeforeEach
  void anOpenServerWithoutData() {
    server
        .on(ME, 200, "{\"organization_name\": \"Default\"}")
        .on(ME, 200, "{\"organization_name\": \"Test Organization\"}")
        .on(LOGIN, 401, NOBODY)
        .on(LOGIN, 200, TOKENS)
        .on(MAKE, 201, "{}")
        .on(
            "GET /api/users/?limit=500",
            200,
            page("{\"id\": \"u1\", \"email\": \"user1@test.com\"}"))
        .on("GET /api/projects/?limit=500", 200, EMPTY)
        .on("GET /api/tasks/?limit=500", 200, EMPTY)
        .on("POST /api/users/", 201, "{\"id\": \"u2\"}")
        .on("POST /api/projects/", 201, "{\"id\": \"p\"}")
        .on("POST /api/tasks/", 201, "{\"id\": \"t\", \"comment_count\": 0}")
        .on("POST /api/comments/", 201, "{}");
  }

  private List<String> bodies(String line) {
    return server.asked().stream()
        .filter(asked -> asked.line().equals(line))
        .map(FakeServer.Asked::body)
        .toList();
  }

  @Test
  void anOrganizationWithPeopleAndWorkIsMade() {
    Ran ran = onServer("demo-data", "--users", "2", "--tasks", "4");

    assertThat(ran.err()).isEmpty();
    assertThat(ran.code()).isZero();
    assertThat(ran.lines().getFirst())
        .isEqualTo("Made in Test Organization: 1 people, 3 projects, 4 tasks, 1 comments.");
    assertThat(bodies(MAKE).getFirst()).contains("user1@test.com", "testpass123");
    assertThat(bodies("POST /api/users/").getFirst()).contains("user2@test.com", "member");
    assertThat(bodies("POST /api/tasks/").get(1)).contains("\"assigned_to\":\"u2\"", "in_progress");
    assertThat(server.last().authorization()).isEqualTo("Bearer a");
  }

  @Test
  void whatIsThereIsNotMadeAgain() {
    server
        .on(LOGIN, 200, TOKENS)
        .on(
            "GET /api/projects/?limit=500",
            200,
            page(
                "{\"id\": \"p1\", \"name\": \"Pump hall\"}",
                "{\"id\": \"p2\", \"name\": \"Warehouse\"}",
                "{\"id\": \"p3\", \"name\": \"Field service\"}"))
        .on(
            "GET /api/tasks/?limit=500",
            200,
            page(
                "{\"id\": \"t1\", \"title\": \"Check the pressure 1\", \"comment_count\": 0}",
                "{\"id\": \"t3\", \"title\": \"Read the meter 3\", \"comment_count\": 1}"));
    onServer("demo-data", "--users", "1", "--tasks", "3");
    int before = server.asked().size();

    Ran again = onServer("demo-data", "--users", "1", "--tasks", "3", "--output", "json");

    assertThat(again.json().path("projects").asInt()).isZero();
    assertThat(again.json().path("tasks").asInt()).isEqualTo(1);
    assertThat(again.json().path("comments").asInt()).isZero();
    assertThat(server.asked().subList(before, server.asked().size()))
        .extracting(FakeServer.Asked::line)
        .doesNotContain(MAKE, "POST /api/users/", "POST /api/projects/", "POST /api/comments/");
  }

  @Test
  void aServerThatIsNotOpenIsLeftAloneUnlessOneInsists() throws IOException {
    server.close();
    server = new FakeServer();
    server.on(ME, 401, NOBODY);

    Ran refused = onServer("demo-data");

    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("is not in open mode", "--force");
    assertThat(server.asked()).hasSize(1);

    logIn();
    server.on(LOGIN, 401, NOBODY).on(MAKE, 403, "{\"detail\": \"Not you.\"}");
    onServer("demo-data", "--force"); // takes the login's own answer

    Ran forced = onServer("demo-data", "--force");
    assertThat(forced.err()).contains("Not you.");
    assertThat(server.last().authorization()).isEqualTo("Bearer access-1");
  }

  @Test
  void somebodyElsesOrganizationIsLeftAlone() {
    server.on(ME, 200, "{\"organization_name\": \"Acme\"}");
    onServer("demo-data"); // takes the answers that were prepared before

    Ran ran = onServer("demo-data");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).contains("user1@test.com is somebody of Acme");
  }

  @Test
  void numbersThatMakeNoSenseAreRefused() {
    assertThat(onServer("demo-data", "--users", "0").err()).contains("--users must be from 1");
    assertThat(onServer("demo-data", "--tasks", "-1").code()).isEqualTo(2);
    assertThat(server.asked()).isEmpty();
  }
}
