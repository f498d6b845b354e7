package dev.muster.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.agent.FakeDoorbellServer.Visit;
import dev.muster.agent.core.DoorbellListener;
import java.io.IOException;
import java.net.http.HttpClient;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WebSocketDoorbellTest {
  private final FakeDoorbellServer server = new FakeDoorbellServer();
  private final HttpClient client = Http.client();
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
  private final DoorbellListener listener =
      new DoorbellListener() {
        @Override
        public void connected() {
          heard.add("connected");
        }

        @Override
        public void disconnected() {
          heard.add("disconnected");
        }

        @Override
        public void message(String text) {
          heard.add(text);
        }
      };
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
  void itTellsThatItIsOpenAndWhatTheServerSays() throws Exception {
    doorbell.listen("d1", "md_secret", listener);
    try (Visit visit = server.accept()) {
      assertThat(visit.head().getFirst()).startsWith("GET /v1/agent/doorbell ");
      assertThat(visit.header("Authorization")).isEqualTo("Bearer md_secret");
      visit.open();
      awaitOpen();
      visit.say("not JSON");
      visit.sayInParts("{\"type\": \"poli", "cy_changed\"}");
      assertThat(heard.take()).isEqualTo("not JSON");
      assertThat(heard.take()).isEqualTo("{\"type\": \"policy_changed\"}");
    }
  }

  @Test
  void aLostSocketIsOpenedAgainAndBothAreTold() throws Exception {
    doorbell.listen("d1", "md_secret", listener);
    try (Visit visit = server.accept()) {
      visit.open();
      awaitOpen();
    }
    assertThat(heard.take()).isEqualTo("disconnected");
    try (Visit visit = server.accept()) {
      visit.open();
      awaitOpen();
    }
  }

  @Test
  void aRefusalIsTriedAgain() throws Exception {
    doorbell.listen("d1", "md_secret", listener);
    try (Visit visit = server.accept()) {
      visit.refuse();
    }
    try (Visit visit = server.accept()) {
      assertThat(heard.take()).isEqualTo("disconnected");
      visit.open();
      awaitOpen();
    }
  }

  @Test
  void listeningAgainKeepsTheSocketUnlessTheCredentialIsAnother() throws Exception {
    doorbell.listen("d1", "md_one", listener);
    try (Visit first = server.accept()) {
      first.open();
      awaitOpen();
      doorbell.listen("d1", "md_one", listener);
      doorbell.listen("d1", "md_two", listener);
      try (Visit second = server.accept()) {
        assertThat(second.header("Authorization")).isEqualTo("Bearer md_two");
        second.open();
        awaitOpen();
      }
    }
  }

  private void awaitOpen() throws InterruptedException {
    assertThat(heard.take()).isEqualTo("connected");
  }
}
