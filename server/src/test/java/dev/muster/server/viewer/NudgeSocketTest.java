package dev.muster.server.viewer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.platform.Ids;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.EnrolledDevice;
import dev.muster.server.testing.ServerUnderTest;
import dev.muster.server.testing.Socket;
import dev.muster.server.testing.Socket.Held;
import dev.muster.server.testing.SyncDevice;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// `/ws/sync` as those who synchronize have it.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // injected, or set before each test
class NudgeSocketTest {
  private static final String PATH = "/ws/sync";

  @Inject Nudges nudges;
  Api admin;

  @BeforeEach
  void makeOrganization() {
    admin = Api.ofNewOrganization();
  }

  private static Map<String, String> bearer(Api caller) {
    return Map.of("Authorization", "Bearer " + Objects.requireNonNull(caller.credential()));
  }

  /// A connection that has heard its first message.
  private static Held listener(Api caller) {
    Held held = Socket.hold(PATH, bearer(caller));
    assertThat(held.next()).isEqualTo(Nudges.CHANGED);
    return held;
  }

  @Test
  void editsPushesAndResolutionsNudge() {
    SyncDevice tablet = SyncDevice.of(admin, "member");
    try (Held listener = listener(tablet.api())) {
      String task = tablet.api().post("/api/tasks/", Map.of("title", "Pump")).expect(201).at("id");
      assertThat(listener.next()).isEqualTo(Nudges.CHANGED);

      tablet.api().post("/api/comments/", Map.of("task", task, "content", "Dry")).expect(201);
      assertThat(listener.next()).isEqualTo(Nudges.CHANGED);

      Map<String, Object> mine = Map.of("title", "Seal", "vector_clock", tablet.clock(1));
      tablet.pushTasks(List.of(tablet.item(Ids.next(), "create", mine))).expect(200);
      assertThat(listener.next()).isEqualTo(Nudges.CHANGED);

      tablet.pushTasks(List.of(tablet.item(UUID.fromString(task), "update", mine))).expect(200);
      String conflict =
          admin.get("/api/sync/conflicts/?resolved=false").expect(200).at("results.0.id");
      admin
          .post("/api/sync/conflicts/" + conflict + "/resolve/", Map.of("resolution", "local"))
          .expect(200);
      assertThat(listener.next()).isEqualTo(Nudges.CHANGED);
    }
  }

  @Test
  void whoMayReadOpensIt() {
    String key =
        admin
            .post("/api/keys/", Map.of("name", "k", "scopes", List.of("tasks")))
            .expect(201)
            .at("key");
    listener(Api.with(key)).close();
    listener(admin.newUser("viewer")).close();
    String ticket = admin.newUser("member").post("/api/ws-ticket/").expect(201).at("ticket");
    assertThat(Socket.firstMessage(PATH + "?ticket=" + ticket, Map.of())).isEqualTo(Nudges.CHANGED);

    assertThat(Socket.refusal(PATH, Map.of())).isEqualTo(401);
    EnrolledDevice device = EnrolledDevice.in(admin);
    assertThat(Socket.refusal(PATH, bearer(device.self()))).isEqualTo(403);
  }

  @Test
  void theEndOfTheLoginEndsIt() {
    Api member = admin.newUser("member");
    try (Held listener = listener(member);
        Held other = listener(admin)) {
      String id = member.get("/api/users/me/").at("id");
      admin.patch("/api/users/" + id, Map.of("is_active", false)).expect(200);

      nudges.look();

      assertThat(listener.ear().closed().join()).isEqualTo(4401);
      assertThat(other.ear().closed()).isNotDone();
    }
  }

  @Test
  void whoSendsTooMuchIsHungUpOn() {
    try (Held listener = listener(admin)) {
      assertThat(listener.floodUntilClosed(100_000)).isEqualTo(1013);
    }
  }
}
