package dev.muster.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// Makes the fleet: some hundred devices that enroll, pull and report over HTTP, so that the
/// product itself computes what is desired and what is not, and copies of their rows up to the size
/// that was asked for.
///
/// Each device is in two groups, a site and a team. Every site has one policy, most teams have one
/// of their own; three platforms and a few overrides multiply what is desired to dozens of kinds,
/// and almost every agent's report is another document.
final class Seed {
  private static final int SITES = 8;
  private static final int TEAMS = 5;
  private static final int AGENTS_PER_PAIR = 12;
  private static final int AGENTS = SITES * TEAMS * AGENTS_PER_PAIR;
  private static final int ONE_IN_OVERRIDDEN = 48;
  private static final int ONE_IN_DRIFTING = 10;
  private static final List<String> PLATFORMS = List.of("ANDROID", "LINUX", "IOS");

  private final Api admin;
  private final Api anonymous;

  Seed(Api admin, Api anonymous) {
    this.admin = admin;
    this.anonymous = anonymous;
  }

  /// @param devices in all; never fewer than the agents that are copied
  Fleet make(Connection database, int devices)
      throws IOException, InterruptedException, SQLException {
    String everywhere = policy("everywhere", Publications.payload(0));
    String alone = policy("alone", Publications.payload(0));
    for (int site = 0; site < SITES; site++) {
      admin.post("/api/groups/", Map.of("name", site(site)));
      assign(site(site), everywhere);
    }
    for (int team = 0; team < TEAMS; team++) {
      admin.post("/api/groups/", Map.of("name", team(team)));
      if (team > 0) {
        List<String> apps = List.of("com.example.team" + team, "com.example.mail");
        assign(team(team), policy(team(team), Map.of("appsRequired", apps)));
      }
    }
    List<Agent> agents = agents();
    Agent single = enroll(token(List.of(), 1), AGENTS);
    admin.post("/api/devices/" + single.id() + "/assign-policy/" + alone + "/", null);
    single.pull();
    single.report(false);
    List<UUID> templates = agents.stream().map(Agent::id).toList();
    Copies.make(database, templates, devices - AGENTS - 1);
    Copies.report(database);
    Copies.settle(database);
    return new Fleet(everywhere, alone, agents);
  }

  /// From now on one device in ten reports that it drifts.
  static void drift(Connection database, Fleet fleet)
      throws IOException, InterruptedException, SQLException {
    for (int i = 0; i < fleet.agents().size(); i += ONE_IN_DRIFTING) {
      fleet.agents().get(i).report(true);
    }
    Copies.report(database);
    Copies.settle(database);
  }

  private List<Agent> agents() throws IOException, InterruptedException {
    List<Agent> agents = new ArrayList<>();
    for (int pair = 0; pair < SITES * TEAMS; pair++) {
      String token = token(List.of(site(pair % SITES), team(pair / SITES)), AGENTS_PER_PAIR);
      for (int i = 0; i < AGENTS_PER_PAIR; i++) {
        Agent agent = enroll(token, agents.size());
        if (agents.size() % ONE_IN_OVERRIDDEN == 0) {
          admin.put(
              "/devices/" + agent.id() + "/policy",
              Map.of("cameraDisabled", false, "settings", Map.of("cameraDisabled", false)));
        }
        agent.pull();
        agent.report(false);
        agents.add(agent);
      }
    }
    return agents;
  }

  private Agent enroll(String token, int number) throws IOException, InterruptedException {
    JsonNode answer =
        anonymous
            .as(token)
            .post(
                "/enroll",
                Map.of(
                    "model",
                    "Bench",
                    "osVersion",
                    "1",
                    "agentVersion",
                    "1",
                    "platform",
                    PLATFORMS.get(number % PLATFORMS.size())));
    return new Agent(
        UUID.fromString(answer.get("deviceId").get("value").asText()),
        anonymous.as(answer.get("deviceToken").asText()),
        number,
        answer.get("policy"));
  }

  private String token(List<String> groups, int uses) throws IOException, InterruptedException {
    return admin
        .post("/api/enrollment-tokens/", Map.of("max_uses", uses, "groups", groups))
        .get("token")
        .asText();
  }

  private String policy(String name, Map<String, ?> payload)
      throws IOException, InterruptedException {
    String id =
        admin
            .post("/api/policies/", Map.of("name", name, "type", "RESTRICTIONS"))
            .get("id")
            .asText();
    Publications.publish(admin, id, payload);
    return id;
  }

  private void assign(String group, String policy) throws IOException, InterruptedException {
    admin.post("/api/groups/" + group + "/assign-policy/" + policy + "/", null);
  }

  private static String site(int number) {
    return "site-" + number;
  }

  private static String team(int number) {
    return "team-" + number;
  }
}
