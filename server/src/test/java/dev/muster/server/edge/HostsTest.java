package dev.muster.server.edge;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HostsTest {
  private static final Hosts ANY = new Hosts(false, Optional.empty());
  private static final Hosts OPEN = new Hosts(true, Optional.empty());
  private static final Hosts PUBLISHED = new Hosts(false, Optional.of("fleet.example.com"));

  private static void serve(Hosts hosts, @Nullable String authority) {
    hosts.requireServed(new Arrival("203.0.113.5", "http", authority), "192.0.2.10");
  }

  private static void refused(Hosts hosts, @Nullable String authority) {
    assertThatThrownBy(() -> serve(hosts, authority))
        .as(authority)
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal ->
                org.assertj.core.api.Assertions.assertThat(refusal.code())
                    .isEqualTo(ErrorCode.HOST_NOT_ALLOWED));
  }

  private static void served(Hosts hosts, String authority) {
    assertThatCode(() -> serve(hosts, authority)).as(authority).doesNotThrowAnyException();
  }

  /// A call that shows a credential may name the server as its network does.
  @Test
  void onOtherTransportsThanHttpOnlyOpenModeAsksForTheHost() {
    Arrival inside = new Arrival("203.0.113.5", "http", "muster.internal:50051");
    assertThatCode(() -> PUBLISHED.requireHere(inside)).doesNotThrowAnyException();
    assertThatCode(() -> ANY.requireHere(inside)).doesNotThrowAnyException();
    assertThatThrownBy(() -> OPEN.requireHere(inside)).isInstanceOf(Refusal.class);
  }

  @Test
  void withoutAPublicUrlEveryHostIsServed() {
    served(ANY, "evil.example");
    served(ANY, "");
  }

  @Test
  void openModeIsForTheNamesOfThisMachine() {
    for (String host : List.of("localhost:8080", "LOCALHOST", "127.0.0.1:8080", "[::1]:8080")) {
      served(OPEN, host);
    }
    for (String host :
        Arrays.asList(
            null,
            "",
            "evil.example",
            "localhost.evil.example",
            "localhost@evil.example",
            "192.0.2.10",
            "127.0.0.1.evil.example")) {
      refused(OPEN, host);
    }
  }

  @Test
  void aPublicUrlLeavesItsHostAndThisMachine() {
    for (String host :
        List.of(
            "fleet.example.com",
            "Fleet.Example.Com:443",
            "localhost:8080",
            "127.0.0.1",
            "192.0.2.10:8080")) {
      served(PUBLISHED, host);
    }
    for (String host :
        Arrays.asList(null, "", "evil.example", "fleet.example.com.evil.example", "192.0.2.11")) {
      refused(PUBLISHED, host);
    }
  }
}
