package dev.muster.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.agent.core.Transport.Reply;
import dev.muster.agent.core.Transport.Request;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpTransportTest {
  @Test
  void everyStatusIsAnAnswerAndHeadersAreFoundInAnyCase() throws Exception {
    try (FakeServer server = new FakeServer();
        HttpClient client = Http.client()) {
      Reply reply =
          new HttpTransport(client, server.address())
              .exchange(new Request("GET", "/nowhere", Map.of(), null));
      assertThat(reply.status()).isEqualTo(404);
      assertThat(reply.body()).contains("No such path.");
      assertThat(reply.headers().get("CONTENT-TYPE")).isEqualTo("application/json");
    }
  }

  @Test
  void aServerThatIsNotThereIsSaidInWords() throws Exception {
    ServerAddress address;
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      address = ServerAddress.parse("http://127.0.0.1:" + taken.getLocalPort());
    }
    try (HttpClient client = Http.client()) {
      assertThatThrownBy(() ->
              new HttpTransport(client, address).exchange(new Request("GET", "/", Map.of(), null)))
          .isInstanceOf(IOException.class)
          .hasMessage("Cannot connect to " + address);
    }
  }

  @Test
  void anAddressLosesItsSlashAndFindsItsDoorbell() {
    ServerAddress address = ServerAddress.parse("https://muster.example/fleet/");
    assertThat(address).hasToString("https://muster.example/fleet");
    assertThat(address.doorbell()).hasToString("wss://muster.example/fleet/v1/agent/doorbell");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost:8080",
        "ftp://x",
        "http://",
        "http://u:p@x",
        "http://x?a=b",
        "http://a b"
      })
  void whatIsNotTheRootOfAServerIsRefused(String text) {
    assertThatThrownBy(() -> ServerAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("http://localhost:8080");
  }
}
