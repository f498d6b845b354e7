package dev.muster.server.organization;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.audit.Audit;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.EnrolledDevice;
import dev.muster.server.testing.ServerUnderTest;
import dev.muster.server.testing.Traces;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The end of an organization, over HTTP and in every table.
@Tag("sql")
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // set before each test
class OrganizationErasureTest {
  @Inject Database database;
  @Inject InstantSource clock;
  @Inject Audit audit;

  Api home;
  Api admin;
  String email;
  String organization;
  String name;

  @BeforeEach
  void anOrganization() {
    home = Api.home();
    email = Api.uniqueEmail();
    name = "Organization " + email;
    organization = make();
    admin = Api.login(email, ServerUnderTest.PASSWORD);
  }

  private String make() {
    return home.post(
            "/api/organizations/",
            Map.of(
                "name",
                name,
                "admin_email",
                email,
                "admin_name",
                "Ann",
                "admin_password",
                ServerUnderTest.PASSWORD))
        .expect(201)
        .at("id");
  }

  private Api.Answer erase() {
    return home.send("DELETE", "/api/organizations/" + organization, Map.of("confirm_name", name));
  }

  /// Some rows in every room.
  private EnrolledDevice fill() {
    EnrolledDevice device = EnrolledDevice.in(admin);
    String path = "/devices/" + device.id();
    device.self().post(path + "/token", Map.of("token", "push")).expect(202);
    device.self().post(path + "/report", device.report(1, true)).expect(202);
    admin.post("/api/groups/", Map.of("name", "g")).expect(201);
    admin.post("/api/groups/g/devices/" + device.id()).expect(204);
    String policy =
        admin.post("/api/policies/", Map.of("name", "p", "type", "APPS")).expect(201).at("id");
    admin.post("/api/policies/p/versions/").expect(201);
    admin.post("/api/policies/p/versions/").expect(201);
    admin.post("/api/groups/g/assign-policy/" + policy).expect(202);
    admin.post("/api/devices/" + device.id() + "/assign-policy/" + policy).expect(202);
    admin.put(path + "/policy", Map.of("cameraDisabled", false)).expect(200);
    admin
        .withHeader("Idempotency-Key", "k")
        .post("/api/devices/", Map.of("device_id", "lobby-1", "name", "Lobby"))
        .expect(201);
    admin.post("/api/enrollment-tokens/", Map.of("groups", List.of("g"))).expect(201);
    admin.post("/api/keys/", Map.of("name", "ci", "scopes", List.of("read"))).expect(201);
    return device;
  }

  /// A worker for whom the time of late writers is over.
  private ErasureJob job(int chunk) {
    return new ErasureJob(
        database, () -> clock.instant().plus(ErasureJob.LATE_WRITERS), audit, chunk);
  }

  private OrganizationId id() {
    return new OrganizationId(Ids.parse(organization).orElseThrow());
  }

  @Test
  void nothingOfItIsLeftAnywhereButThatItWasErased() {
    EnrolledDevice device = fill();
    assertThat(Traces.of(database, organization)).hasSizeGreaterThan(25);
    erase().expect(202);
    job(2_000).run();
    job(2_000).run();
    assertThat(Traces.of(database, organization)).isSubsetOf("audit.entry", "platform.outbox");
    assertThat(Traces.of(database, email)).isEmpty();
    assertThat(Traces.of(database, device.id())).isEmpty();
    home.get("/api/organizations/" + organization).expect(404);
    assertThat(home.get("/api/audit/?target=" + organization).text())
        .contains("organization.erasure_begun", "organization.erased");
  }

  @Test
  void itsNamesCanBeUsedAgain() {
    fill();
    erase().expect(202);
    job(2_000).run();
    make();
    Api again = Api.login(email, ServerUnderTest.PASSWORD);
    again.post("/api/devices/", Map.of("device_id", "lobby-1", "name", "Lobby")).expect(201);
  }

  @Test
  void nobodyOfItIsLetInFromTheCommitOn() {
    EnrolledDevice device = fill();
    Api key =
        Api.with(
            admin
                .post("/api/keys/", Map.of("name", "k", "scopes", List.of("read")))
                .expect(201)
                .at("key"));
    Api enroller = EnrolledDevice.enroller(admin);
    Api.Answer tokens =
        Api.anonymous()
            .post("/api/auth/login/", Map.of("email", email, "password", ServerUnderTest.PASSWORD))
            .expect(200);
    erase().expect(202);
    admin.get("/api/users/me/").expect(401);
    key.get("/api/devices/").expect(401);
    device.self().get("/devices/" + device.id() + "/policy").expect(401);
    enroller.post("/enroll", EnrolledDevice.AGENT).expect(401);
    Api.anonymous().post("/api/auth/refresh/", Map.of("refresh", tokens.at("refresh"))).expect(401);
    Api.anonymous()
        .post("/api/auth/login/", Map.of("email", email, "password", ServerUnderTest.PASSWORD))
        .expect(401);
  }

  @Test
  void aWorkerThatIsKilledIsFollowedByOneThatGoesOn() {
    fill();
    erase().expect(202);
    ErasureJob killed = job(1);
    killed.step(id());
    killed.step(id());
    Api.Answer half = home.get("/api/organizations/" + organization).expect(200);
    assertThat(half.at("state")).isEqualTo("erasing");
    assertThat(half.node("rows_left").asLong()).isNotNegative();
    erase().expect(202);
    job(3).run();
    home.get("/api/organizations/" + organization).expect(404);
  }

  @Test
  void whatALateWriterCommitsGoesToo() {
    erase().expect(202);
    new ErasureJob(database, clock, audit).run();
    home.get("/api/organizations/" + organization).expect(200);
    database.acrossOrganizations(handle ->
        handle.execute(
            """
            insert into platform.outbox (id, organization_id, listener, event_type, body, created_at, due_at)
            values (?, ?, 'late', 'late', '{}', now(), now() + interval '1 day')
            """,
            Ids.next(),
            id()));
    job(2_000).run();
    home.get("/api/organizations/" + organization).expect(404);
    assertThat(Traces.of(database, organization)).isSubsetOf("audit.entry", "platform.outbox");
  }

  @Test
  void theNameMustBeRightAndTheFirstOneStays() {
    String path = "/api/organizations/" + organization;
    Api.Answer wrong = home.send("DELETE", path, Map.of("confirm_name", "another")).expect(422);
    assertThat(wrong.fields()).containsExactly("confirm_name");
    home.send("DELETE", path, Map.of()).expect(422);
    home.send("DELETE", path, null).expect(400);
    admin.send("DELETE", path, Map.of("confirm_name", name)).expect(403);
    home.send("DELETE", "/api/organizations/" + Ids.next(), Map.of("confirm_name", name))
        .expect(404);
    Api.Answer own = home.get("/api/organizations/me/").expect(200);
    assertThat(
            home.send(
                    "DELETE",
                    "/api/organizations/" + own.at("id"),
                    Map.of("confirm_name", own.at("name")))
                .expect(409)
                .code())
        .isEqualTo("home_organization");
    admin.get("/api/users/me/").expect(200);
  }
}
