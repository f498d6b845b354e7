package dev.muster.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.agent.FakeDoorbellServer.Visit;
import dev.muster.agent.core.Bell;
import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WebSocketDoorbellTest {
  private static final Duration LONG = Duration.ofMinutes(5);

  private final FakeDoorbellServer server = new FakeDoorbellServer();
  private final HttpClient client = Http.client();
  private final Bell bell = new Bell();
  private final WebSocketDoorbell doorbell =
      new WebSocketDoorbell(client, server.address(), () -> 0);

  WebSocketDoorbellTest() throws IOException {}

  @AfterEach
  void stop() throws IOException {
    doorbell.close();
    client.shutdownNow();
    server.close();
  }

  @Test
  void itRingsOnceItIsOpenAndWhenTheServerSaysSo() throws Exception {
    doorbell.listen("d1", "md_secret", bell);
    try (Visit visit = server.accept()) {
      assertThat(visit.head().getFirst()).startsWith("GET /v1/agent/doorbell ");
      assertThat(visit.header("Authorization")).isEqualTo("Bearer md_secret");
      visit.open();
      awaitRing();
      visit.say("{\"type\": \"something_else\"}");
      visit.say("not JSON");
      visit.say("{\"type\": \"policy_changed\"}");
      awaitRing();
      visit.sayInParts("{\"type\": \"poli", "cy_changed\"}");
      awaitRing();
    }
  }

  @Test
  void aLostSocketIsOpenedAgainAndRings() throws Exception {
    doorbell.listen("d1", "md_secret", bell);
    try (Visit visit = server.accept()) {
      visit.open();
      awaitRing();
    }
    try (Visit visit = server.accept()) {
      visit.open();
      awaitRing();
    }
  }

  @Test
  void aRefusalIsTriedAgainWithoutARing() throws Exception {
    doorbell.listen("d1", "md_secret", bell);
    try (Visit visit = server.accept()) {
      visit.refuse();
    }
    try (Visit visit = server.accept()) {
      assertThat(bell.isRung()).isFalse();
      visit.open();
      awaitRing();
    }
  }

  @Test
  void listeningAgainKeepsTheSocketUnlessTheCredentialIsAnother() throws Exception {
    doorbell.listen("d1", "md_one", bell);
    try (Visit first = server.accept()) {
      first.open();
      awaitRing();
      doorbell.listen("d1", "md_one", bell);
      doorbell.listen("d1", "md_two", bell);
      try (Visit second = server.accept()) {
        assertThat(second.header("Authorization")).isEqualTo("Bearer md_two");
        second.open();
        awaitRing();
      }
    }
  }

  @Test
  void onlyNewsOfThePolicyRings() {
    assertThat(WebSocketDoorbell.isNews("{\"type\":\"policy_changed\",\"more\":1}")).isTrue();
    assertThat(WebSocketDoorbell.isNews("{\"type\":\"ping\"}")).isFalse();
    assertThat(WebSocketDoorbell.isNews("[]")).isFalse();
    assertThat(WebSocketDoorbell.isNews("")).isFalse();
  }

  private void awaitRing() throws InterruptedException {
    bell.await(LONG);
    assertThat(bell.take()).isTrue();
  }
}
