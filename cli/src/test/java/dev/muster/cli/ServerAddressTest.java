package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.cli.client.Failure;
import dev.muster.cli.client.ServerAddress;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServerAddressTest {

  @Test
  void aHostWithAPortIsTheFleetService() {
    assertThat(ServerAddress.parse("localhost:50051"))
        .isEqualTo(new ServerAddress.Grpc("localhost", 50051));
    assertThat(ServerAddress.parse(" 10.0.0.7:1 "))
        .isEqualTo(new ServerAddress.Grpc("10.0.0.7", 1));
    assertThat(ServerAddress.parse("[::1]:50051")).hasToString("[::1]:50051");
  }

  @Test
  void aUrlIsTheServerInOneSpelling() {
    assertThat(ServerAddress.parse("HTTPS://Fleet.Example.com/muster//"))
        .isEqualTo(new ServerAddress.Rest(URI.create("https://fleet.example.com/muster")));
  }

  @Test
  void whatIsNeitherIsWrongUsageThatNamesBoth() {
    for (String text :
        List.of(
            "", "localhost", ":50051", "a:0", "a:65536", "a:b", "ftp://a", "http://u@h", "a b:1")) {
      assertThatThrownBy(() -> ServerAddress.parse(text))
          .as(text)
          .isInstanceOf(Failure.Usage.class)
          .hasMessageContaining("http://localhost:8080")
          .hasMessageContaining("localhost:50051");
    }
  }
}
