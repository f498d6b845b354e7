package dev.muster.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.Catalogue;
import dev.muster.protocol.Setting;
import dev.muster.server.platform.Ids;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.DatabaseDump;
import dev.muster.server.testing.EnrolledDevice;
import dev.muster.server.testing.Leaks;
import dev.muster.server.testing.Operations;
import dev.muster.server.testing.Operations.Operation;
import dev.muster.server.testing.RaisedAlert;
import dev.muster.server.testing.RecordedLog;
import dev.muster.server.testing.ServerUnderTest;
import dev.muster.server.testing.SyncDevice;
import dev.muster.server.testing.Uploads;
import dev.muster.server.web.SecretConfiguration.Wifi;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// No secret of any configuration appears anywhere but in the device's own pull: not in an answer,
/// an error, a metric, a line of the log or a row of the database.
///
/// Configurations are generated. The seed is in the message of a failure; put it in [#seed] to have
/// the same again.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // set before each test
class SecrecyTest {
  private static final int CONFIGURATIONS = 5;

  /// Neither is what stands for a secret inside the server for anybody's eyes.
  private static final Pattern DIGEST = Pattern.compile("\"digest\"\\s*:\\s*\"[0-9a-f]{64}\"");

  private final long seed = new Random().nextLong();
  private final Leaks leaks = new Leaks();
  private final Operations operations = Operations.published();
  private RecordedLog log;

  @BeforeEach
  void record() {
    log = RecordedLog.open();
  }

  @AfterEach
  void stopRecording() {
    log.close();
  }

  /// An organization that has been configured with secrets wherever one can be.
  private record Configured(
      Api admin, EnrolledDevice device, Map<String, List<String>> ids, Wifi effective) {}

  @Test
  void noSecretOfAnyConfigurationAppearsAnywhere() throws SQLException {
    boolean slipped = false;
    for (SecretConfiguration configuration :
        SecretConfiguration.generate(new Random(seed), CONFIGURATIONS)) {
      configuration.secrets().forEach(leaks::of);
      Configured made = configure(configuration);
      theDeviceIsTold(made);
      readEverything(made);
      if (!slipped) { // once: what is slipped in does not depend on the configuration
        slipEverywhere(made);
        readEverything(made);
        slipped = true;
      }
    }
    leaks.lookIn("the metrics", Api.anonymous().get("/metrics").expect(200).text());
    leaks.lookIn("the log", log.text());
    DatabaseDump.ofServer().forEach((table, rows) -> leaks.lookIn("the table " + table, rows));

    Logger.getLogger("dev.muster.anything").debug("the log is heard");
    assertThat(log.text()).contains("the log is heard");
    assertThat(leaks.found()).as("seed %s", seed).isEmpty();
  }

  private Configured configure(SecretConfiguration configuration) {
    Api admin = Api.ofNewOrganization();
    Map<String, List<String>> ids = new TreeMap<>();
    String token = fresh(admin, "/api/enrollment-tokens/", Map.of("max_uses", 5), "token", ids);
    Api.Answer enrolled = Api.with(token).post("/enroll", EnrolledDevice.AGENT).expect(200);
    EnrolledDevice device =
        new EnrolledDevice(
            enrolled.at("deviceId.value"), Api.with(enrolled.at("deviceToken")), enrolled);
    leaks.of("an enrollment token", token).of("a device token", enrolled.at("deviceToken"));
    leaks.of("a command secret", enrolled.at("commandSecret"));
    ids.put("device_id", List.of(device.id()));
    ids.put("day", List.of("2001-01-01"));
    ids.put("alert_id", List.of(RaisedAlert.of(admin, device)));
    ids.put("kind", List.of("stale"));
    actions(admin, device, ids);
    notifications(admin, ids);
    tasks(admin, ids);

    person(admin, configuration, ids);
    if (operations.have("/api/keys")) {
      Map<String, Object> key = Map.of("name", "ci", "scopes", List.of("read"));
      leaks.of("an API key", fresh(admin, "/api/keys/", key, "key", ids));
    }
    policies(admin, device, configuration, ids);
    Api.Answer next = Api.with(token).post("/enroll", EnrolledDevice.AGENT).expect(200);
    assertThat(next.at("policy.settings.wifiNetworks")).isEqualTo("********");
    leaks.of("another device token", next.at("deviceToken"));
    leaks.of("another command secret", next.at("commandSecret"));
    leaks.lookIn("the answer to an enrollment", next.node("policy").toString());
    return new Configured(admin, device, ids, configuration.override());
  }

  private static void actions(Api admin, EnrolledDevice device, Map<String, List<String>> ids) {
    Map<String, Object> ping = Map.of("type", "PING");
    Api.Answer action = admin.post("/api/devices/" + device.id() + "/actions/", ping).expect(201);
    ids.put("action_id", List.of(action.at("id")));
    Map<String, Object> many = Map.of("type", "PING", "device_ids", List.of(device.id()));
    Api.Answer batch = admin.post("/api/actions/batch/", many).expect(202);
    ids.put("batch_id", List.of(batch.at("batch_id")));
  }

  private void notifications(Api admin, Map<String, List<String>> ids) {
    String path = "token-in-the-path-of-a-webhook";
    Map<String, Object> channel =
        Map.of("kind", "WEBHOOK", "name", "hook", "address", "http://127.0.0.1:1/" + path);
    Api.Answer made = admin.post("/api/notifications/channels/", channel).expect(201);
    leaks.of("the address of a channel", path);
    leaks.of("the secret of a channel", made.at("secret"));
    ids.put("channel_id", List.of(made.at("id")));
    admin.post("/api/notifications/channels/" + made.at("id") + "/test/").expect(200);
  }

  private static void tasks(Api admin, Map<String, List<String>> ids) {
    String task = fresh(admin, "/api/tasks/", Map.of("title", "x"), "id", ids);
    fresh(admin, "/api/comments/", Map.of("task", task, "content", "x"), "id", ids);
    fresh(admin, "/api/projects/", Map.of("name", "x"), "id", ids);
    ids.put("attachment_id", List.of(Uploads.complete(admin, task, "x").at("id")));
    SyncDevice tablet = SyncDevice.of(admin, "operator");
    tablet.pushTasks(List.of(tablet.item(Ids.next(), "create", Map.of()))).expect(200);
    Api.Answer conflicts = admin.get("/api/sync/conflicts/").expect(200);
    ids.put("/api/sync/conflicts/{id}", List.of(conflicts.at("results.0.id")));
  }

  /// Makes a thing whose secret is in the answer this once, and keeps its id.
  private static String fresh(
      Api admin,
      String path,
      Map<String, Object> body,
      String secret,
      Map<String, List<String>> ids) {
    Api.Answer made = admin.post(path, body).expect(201);
    ids.put(path.replaceFirst("/$", "") + "/{id}", List.of(made.at("id")));
    return made.at(secret);
  }

  private void person(Api admin, SecretConfiguration configuration, Map<String, List<String>> ids) {
    String email = Api.uniqueEmail();
    Api.Answer user =
        admin
            .post(
                "/api/users/",
                Map.of(
                    "email",
                    email,
                    "name",
                    "Somebody",
                    "role",
                    "viewer",
                    "password",
                    configuration.password()))
            .expect(201);
    ids.put("/api/users/{id}", List.of(user.at("id")));
    Map<String, Object> login = Map.of("email", email, "password", configuration.password());
    Api.Answer session = Api.anonymous().post("/api/auth/login/", login).expect(200);
    Api.Answer next =
        Api.anonymous()
            .post("/api/auth/refresh/", Map.of("refresh", session.at("refresh")))
            .expect(200);
    leaks.of("a refresh token", session.at("refresh")).of("an access token", session.at("access"));
    leaks.of("the next refresh token", next.at("refresh"));
    Api.anonymous()
        .post("/api/auth/login/", Map.of("email", email, "password", configuration.wrongPassword()))
        .expect(401);
  }

  private static void policies(
      Api admin,
      EnrolledDevice device,
      SecretConfiguration configuration,
      Map<String, List<String>> ids) {
    List<String> policies = new ArrayList<>(List.of("defaults"));
    List<String> versions = new ArrayList<>();
    for (String name : List.of("office", "shop")) {
      policies.add(
          admin.post("/api/policies/", Map.of("name", name, "type", "WIFI")).expect(201).at("id"));
    }
    for (Wifi wifi : configuration.versions()) {
      versions.add(publish(admin, "office", wifi).at("id"));
    }
    publish(admin, "shop", configuration.group());
    publish(admin, "defaults", configuration.defaults());
    admin
        .patch(
            "/api/policies/office/settings/",
            Map.of("set", Map.of("wifiNetworks", configuration.changed().networks())))
        .expect(201);
    String group = admin.post("/api/groups/", Map.of("name", "shops")).expect(201).at("id");
    admin.post("/api/groups/shops/devices/" + device.id()).expect(204);
    admin.post("/api/groups/shops/assign-policy/shop/").expect(202);
    admin.post("/api/devices/" + device.id() + "/assign-policy/office/").expect(202);
    ids.put("policy_id", policies);
    ids.put("version_id", versions);
    ids.put("group", List.of(group));
    for (Wifi wifi : List.of(configuration.group(), configuration.override())) {
      admin
          .put(
              "/devices/" + device.id() + "/policy",
              Map.of("cameraDisabled", true, "settings", Map.of("wifiNetworks", wifi.networks())))
          .expect(200);
    }
  }

  private static Api.Answer publish(Api admin, String policy, Wifi wifi) {
    return admin
        .post(
            "/api/policies/" + policy + "/versions/",
            Map.of("payload", Map.of("wifiNetworks", wifi.networks()), "comment", "Wi-Fi"))
        .expect(201);
  }

  /// The one place where the secret is, or else the rest would prove nothing. Then the device
  /// reports it in every way in which it could get out again.
  private void theDeviceIsTold(Configured made) {
    String path = "/devices/" + made.device().id();
    leaks.lookIn(
        "the answer to a rotation",
        made.admin().post("/api" + path + "/rotate-command-secret/").expect(202).text());
    Api.Answer pulled =
        made.device().self().withHeader("X-Command-Key", "none").get(path + "/policy").expect(200);
    leaks.of("the next command secret", pulled.at("commandSecret"));
    assertThat(pulled.headers().firstValue("Cache-Control")).hasValue("no-store");
    assertThat(pulled.node("settings.wifiNetworks"))
        .isEqualTo(Api.tree(made.effective().networks()));
    leaks.of("a digest key", pulled.at("digestKeys.wifiNetworks"));
    long version = pulled.node("version").asLong();
    String secret = made.effective().secrets().getFirst();
    for (Object observed :
        List.of(
            made.effective().networks(),
            Map.of("digest", secret),
            Map.of("failed", "could not join with " + secret),
            secret,
            made.effective().networks())) {
      made.device()
          .self()
          .post(
              path + "/report",
              Map.of(
                  "appliedPolicyVersion",
                  version,
                  "cameraDisabled",
                  true,
                  "compliant",
                  true,
                  "settings",
                  Map.of("wifiNetworks", observed)))
          .expect(202);
      leaks.lookIn("the status", made.admin().get(path + "/status").expect(200).text());
    }
    assertThat(made.admin().get(path + "/status").at("state")).isEqualTo("COMPLIANT");
  }

  /// Every operation that only reads, by an admin and by the device.
  private void readEverything(Configured made) {
    Map<String, Integer> unread = new TreeMap<>();
    for (Operation operation : operations.all()) {
      if (operation.method().equals("GET")) {
        for (String path : paths(operation, made)) {
          Api.Answer answer = made.admin().get(path);
          leaks.lookIn("GET " + path, answer.text());
          assertThat(answer.text()).as("digests in GET " + path).doesNotContainPattern(DIGEST);
          boolean wantsDevice = operation.path().equals("/api/sync/pull"); // with a person on it
          if (answer.status() != 200 && answer.status() != 403 && !wantsDevice) {
            unread.put(operation.name(), answer.status());
          }
          if (!path.equals("/devices/" + made.device().id() + "/policy")) {
            leaks.lookIn("GET " + path + " by a device", made.device().self().get(path).text());
          }
        }
      }
    }
    assertThat(unread).as("operations that were not read; tell ids() what they name").isEmpty();
  }

  /// Every operation that takes a body, with a secret where it does not belong. What refuses it
  /// must not repeat it. What takes it (a name, say) has been told that it is no secret.
  private void slipEverywhere(Configured made) {
    Random random = new Random(seed);
    for (Operation operation : operations.all()) {
      String path = paths(operation, made).getFirst();
      for (String field : operation.fields()) {
        for (String shape : List.of("\"%s\"", "[\"%s\"]", "[[\"%s\"]]", "{\"x\": \"%s\"}", "%s")) {
          slip(made, operation.method(), path, field, shape, random);
        }
      }
    }
    for (Setting setting : Catalogue.all()) {
      for (String shape :
          List.of(
              "\"%s\"",
              "[\"-%s\", \"-%s\"]",
              "{\"package\": \"-%s\", \"start\": \"%s\", \"%s\": 1}",
              "[{\"ssid\": \"%s\", \"security\": \"%s\", \"password\": \"%s\", \"psk\": \"%s\"}]",
              "[{\"ssid\": \"\", \"security\": \"wpa2\", \"password\": \"%s\"}]")) {
        String body = "{\"" + setting.key() + "\": " + shape + "}";
        slip(made, "POST", "/api/policies/office/versions", "payload", body, random);
        slip(made, "PATCH", "/api/policies/office/settings", "set", body, random);
      }
    }
  }

  private void slip(
      Configured made, String method, String path, String field, String shape, Random random) {
    String secret = SecretConfiguration.word(random, 16);
    String body = "{\"" + field + "\": " + shape.replace("%s", secret) + "}";
    int before = log.length(); // the secret is new
    Api.Answer answer = made.admin().send(method, path, body);
    assertThat(answer.status()).as("%s %s %s", method, path, shape).isLessThan(500);
    if (answer.status() >= 400) {
      Leaks own = new Leaks().of("a slipped secret", secret);
      own.lookIn(method + " " + path + " " + field + " as " + shape, answer.text());
      own.lookIn("the log of " + method + " " + path + " " + field, log.textFrom(before));
      leaks.found().addAll(own.found());
    }
  }

  private static List<String> paths(Operation operation, Configured made) {
    List<String> paths = new ArrayList<>(List.of(operation.path()));
    ids(operation.path(), made.ids())
        .forEach((name, values) -> {
          List<String> next = new ArrayList<>();
          for (String path : paths) {
            values.forEach(value -> next.add(path.replace(name, value)));
          }
          paths.clear();
          paths.addAll(next);
        });
    return paths;
  }

  /// What the names in a path stand for.
  private static Map<String, List<String>> ids(String path, Map<String, List<String>> known) {
    Map<String, List<String>> ids = new TreeMap<>();
    for (String name : path.split("/", -1)) {
      if (name.startsWith("{")) {
        String prefix = path.substring(0, path.indexOf(name) + name.length());
        List<String> device = known.getOrDefault("device_id", List.of("x"));
        ids.put(
            name,
            known.getOrDefault(
                prefix, known.getOrDefault(name.substring(1, name.length() - 1), device)));
      }
    }
    return ids;
  }
}
