package dev.muster.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.muster.cli.client.Api;
import dev.muster.cli.client.Failure;
import dev.muster.cli.client.Login;
import dev.muster.cli.client.Route;
import dev.muster.cli.client.Session;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/// Demo data on a server, made over REST. Each thing has a name by which it is found again, so that
/// what is there is not made twice, and what a run that broke has left out is made by the next.
final class DemoData {
  static final String ORGANIZATION = "Test Organization";

  static final String PASSWORD = "testpass123";

  private static final int ALL = Integer.MAX_VALUE;
  private static final List<String> PROJECTS = List.of("Pump hall", "Warehouse", "Field service");
  private static final List<String> WORK =
      List.of(
          "Check the pressure",
          "Replace the seal",
          "Read the meter",
          "Update the scanner",
          "Charge the spare batteries");
  private static final List<String> STATUSES = List.of("todo", "in_progress", "blocked", "done");
  private static final List<String> PRIORITIES = List.of("medium", "low", "high", "urgent");
  private static final int COMMENTED = 3;

  private final Api api;
  private final Instant now;

  private DemoData(Api api, Instant now) {
    this.api = api;
    this.now = now;
  }

  /// As the admin of the organization, which is made when it is not there.
  ///
  /// @param maker may make organizations
  /// @param apis speaks to a server in a session
  static DemoData in(Api anonymous, Api maker, BiFunction<URI, Session, Api> apis, Instant now) {
    Login login;
    try {
      login = Login.with(anonymous, email(1), PASSWORD, null);
    } catch (Failure.Refused refused) {
      if (refused.status() != 401) {
        throw refused;
      }
      maker.post(
          Route.of("/api/organizations/"),
          Muster.object()
              .put("name", ORGANIZATION)
              .put("admin_email", email(1))
              .put("admin_name", name(1))
              .put("admin_password", PASSWORD));
      login = Login.with(anonymous, email(1), PASSWORD, null);
    }
    Api api = apis.apply(anonymous.server(), Session.ofKey(login.access()));
    String organization = api.get(Route.of("/api/users/me/")).path("organization_name").asText();
    if (!organization.equals(ORGANIZATION)) {
      throw new Failure.Local(
          email(1) + " is somebody of " + organization + ", which is left alone.", null);
    }
    return new DemoData(api, now);
  }

  static String email(int number) {
    return "user" + number + "@test.com";
  }

  private static String name(int number) {
    return "User " + number;
  }

  /// Makes what is missing.
  ///
  /// @return how many of each were made
  ObjectNode make(int users, int tasks) {
    ObjectNode made = Muster.object().put("organization", ORGANIZATION);
    List<String> people = users(users, made);
    List<String> projects = projects(made);
    tasks(tasks, people, projects, made);
    return made;
  }

  private List<String> users(int count, ObjectNode made) {
    Map<String, JsonNode> known = known("/api/users/", "email");
    List<String> ids = new ArrayList<>();
    int fresh = 0;
    for (int number = 1; number <= count; number++) {
      JsonNode user = known.get(email(number));
      if (user == null) {
        user =
            api.post(
                Route.of("/api/users/"),
                Muster.object()
                    .put("email", email(number))
                    .put("name", name(number))
                    .put("role", "member")
                    .put("password", PASSWORD));
        fresh++;
      }
      ids.add(Cells.text(user, "id"));
    }
    made.put("users", fresh);
    return ids;
  }

  private List<String> projects(ObjectNode made) {
    Map<String, JsonNode> known = known("/api/projects/", "name");
    List<String> ids = new ArrayList<>();
    int fresh = 0;
    for (String name : PROJECTS) {
      JsonNode project = known.get(name);
      if (project == null) {
        project = api.post(Route.of("/api/projects/"), Muster.object().put("name", name));
        fresh++;
      }
      ids.add(Cells.text(project, "id"));
    }
    made.put("projects", fresh);
    return ids;
  }

  private void tasks(int count, List<String> people, List<String> projects, ObjectNode made) {
    Map<String, JsonNode> known = known("/api/tasks/", "title");
    int fresh = 0;
    int comments = 0;
    for (int number = 1; number <= count; number++) {
      String title = turn(WORK, number) + " " + number;
      JsonNode task = known.get(title);
      if (task == null) {
        ObjectNode body =
            Muster.object()
                .put("title", title)
                .put("description", "Made by muster demo-data.")
                .put("status", turn(STATUSES, number))
                .put("priority", turn(PRIORITIES, number))
                .put("project", turn(projects, number))
                .put("assigned_to", turn(people, number))
                .put("due_date", now.plus(Duration.ofDays(number % 30)).toString());
        body.putArray("tags").add("demo");
        task = api.post(Route.of("/api/tasks/"), body);
        fresh++;
      }
      if (number % COMMENTED == 0 && task.path("comment_count").asInt() == 0) {
        api.post(
            Route.of("/api/comments/"),
            Muster.object()
                .put("task", Cells.text(task, "id"))
                .put("content", "Bring the key of the cabinet."));
        comments++;
      }
    }
    made.put("tasks", fresh).put("comments", comments);
  }

  private Map<String, JsonNode> known(String list, String by) {
    Map<String, JsonNode> known = new HashMap<>();
    api.list(Route.of(list), ALL)
        .path("results")
        .forEach(row -> known.putIfAbsent(Cells.text(row, by), row));
    return known;
  }

  private static String turn(List<String> all, int number) {
    return all.get((number - 1) % all.size());
  }
}
