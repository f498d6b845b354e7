package dev.muster.server.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.MultiMap;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ProxiesTest {
  private static final Proxies PROXIES = new Proxies(List.of("10.0.0.0/8", "2001:db8::/32"));
  private static final String PROXY = "10.0.0.7";
  private static final String CLIENT = "203.0.113.5";

  private static Arrival through(String peer, String... headers) {
    MultiMap all = MultiMap.caseInsensitiveMultiMap();
    for (String header : headers) {
      int colon = header.indexOf(':');
      all.add(header.substring(0, colon), header.substring(colon + 1).strip());
    }
    return PROXIES.arrival(new Arrival(peer, "http", "backend:8080"), all);
  }

  private static String client(String... headers) {
    return through(PROXY, headers).address();
  }

  @Test
  void whatAStrangerSaysOfItselfIsNotBelieved() {
    assertThat(
            through(
                CLIENT,
                "X-Forwarded-For: 198.51.100.1",
                "X-Forwarded-Proto: https",
                "X-Forwarded-Host: evil.example",
                "Forwarded: for=198.51.100.1;proto=https;host=evil.example"))
        .isEqualTo(new Arrival(CLIENT, "http", "backend:8080"));
  }

  @Test
  void aTrustedProxySaysWhoTheClientIsAndWhatItAskedFor() {
    Arrival expected = new Arrival(CLIENT, "https", "fleet.example.com");
    assertThat(
            through(
                PROXY,
                "X-Forwarded-For: " + CLIENT,
                "X-Forwarded-Proto: https",
                "X-Forwarded-Host: fleet.example.com"))
        .isEqualTo(expected);
    assertThat(through(PROXY, "Forwarded: For=203.0.113.5; Proto=https; host=fleet.example.com"))
        .isEqualTo(expected);
    assertThat(
            through(
                "2001:db8::7", "Forwarded: host=\"fleet.example.com\";proto=https;for=" + CLIENT))
        .isEqualTo(expected);
  }

  @Test
  void whatAClientPutInFrontOfTheChainIsNotBelieved() {
    assertThat(client("X-Forwarded-For: 198.51.100.1, 203.0.113.5")).isEqualTo(CLIENT);
    assertThat(client("X-Forwarded-For: 198.51.100.1", "X-Forwarded-For: 203.0.113.5"))
        .isEqualTo(CLIENT);
    assertThat(client("X-Forwarded-For: 198.51.100.1, 203.0.113.5, 10.1.1.1, 10.2.2.2"))
        .isEqualTo(CLIENT);
    assertThat(client("X-Forwarded-For: 10.9.9.9, 203.0.113.5, 10.1.1.1")).isEqualTo(CLIENT);
    assertThat(client("Forwarded: for=198.51.100.1, for=203.0.113.5, for=10.1.1.1"))
        .isEqualTo(CLIENT);
  }

  @Test
  void aChainOfProxiesAloneBeginsWithTheFirst() {
    assertThat(client("X-Forwarded-For: 10.1.1.1, 10.2.2.2")).isEqualTo("10.1.1.1");
    assertThat(client()).isEqualTo(PROXY);
  }

  @Test
  void aHopThatCannotBeReadEndsTheChain() {
    for (String hop :
        List.of("", "unknown", "_hidden", "evil.example", "1.2.3", "999.1.1.1", "%")) {
      assertThat(client("X-Forwarded-For: " + hop)).as(hop).isEqualTo(PROXY);
      assertThat(client("X-Forwarded-For: 198.51.100.1, " + hop + ", 10.1.1.1"))
          .as(hop)
          .isEqualTo("10.1.1.1");
    }
    for (String said : List.of("for=", "for", ";", "for=\"203.0.113.5", "for=203.0.113.5 x", "=")) {
      assertThat(client("Forwarded: " + said)).as(said).isEqualTo(PROXY);
    }
  }

  @Test
  void portsAndBracketsAreLeftOut() {
    assertThat(client("X-Forwarded-For: 203.0.113.5:4711")).isEqualTo(CLIENT);
    assertThat(client("Forwarded: for=\"203.0.113.5:4711\"")).isEqualTo(CLIENT);
    assertThat(client("Forwarded: for=\"[2001:DB9::1]:4711\"")).isEqualTo("2001:db9:0:0:0:0:0:1");
    assertThat(client("X-Forwarded-For: 2001:db9::1")).isEqualTo("2001:db9:0:0:0:0:0:1");
    assertThat(client("X-Forwarded-For: ::ffff:203.0.113.5")).isEqualTo(CLIENT);
  }

  @Test
  void oneClientHasOneAddressHoweverItIsSpelled() {
    assertThat(client("X-Forwarded-For: 2001:0DB9:0:0::1"))
        .isEqualTo(client("Forwarded: for=\"[2001:db9::1]\""));
  }

  /// One of the two was not written by a proxy, and nobody knows which.
  @Test
  void twoSpellingsThatDisagreeAreNotBelieved() {
    assertThat(through(PROXY, "X-Forwarded-For: 198.51.100.1", "Forwarded: for=203.0.113.5"))
        .isEqualTo(new Arrival(PROXY, "http", "backend:8080"));
    assertThat(client("X-Forwarded-For: 203.0.113.5", "Forwarded: for=203.0.113.5;proto=http"))
        .isEqualTo(CLIENT);
  }

  @Test
  void aSchemeOrHostOfAnUnknownHopIsNotBelieved() {
    Arrival arrival =
        through(
            PROXY,
            "X-Forwarded-For: 198.51.100.1, 203.0.113.5, 10.1.1.1",
            "X-Forwarded-Proto: https, http",
            "X-Forwarded-Host: evil.example, fleet.example");
    assertThat(arrival).isEqualTo(new Arrival(CLIENT, "http", "backend:8080"));
    assertThat(
            through(
                PROXY,
                "X-Forwarded-For: 198.51.100.1, 203.0.113.5, 10.1.1.1",
                "X-Forwarded-Proto: http, https, http"))
        .isEqualTo(new Arrival(CLIENT, "https", "backend:8080"));
    assertThat(through(PROXY, "X-Forwarded-For: 203.0.113.5", "X-Forwarded-Proto: wss").scheme())
        .isEqualTo("http");
    assertThat(through(PROXY, "X-Forwarded-Proto: https").scheme()).isEqualTo("http");
  }

  @Test
  void aRangeEndsAtItsPrefix() {
    Network network = Network.parse("192.0.2.128/25").orElseThrow();
    assertThat(network.contains(Network.address("192.0.2.128").orElseThrow())).isTrue();
    assertThat(network.contains(Network.address("192.0.2.255").orElseThrow())).isTrue();
    assertThat(network.contains(Network.address("192.0.2.127").orElseThrow())).isFalse();
    assertThat(network.contains(Network.address("192.0.3.128").orElseThrow())).isFalse();
    assertThat(network.contains(Network.address("::1").orElseThrow())).isFalse();
    assertThat(Network.parse("0.0.0.0/0").orElseThrow().contains(network.first())).isTrue();
    assertThat(
            Stream.of(
                    "localhost",
                    "10.0.0.0/33",
                    "10.0.0.0/",
                    "10.0.0.0/x",
                    "::1/129",
                    "fe80::1%eth0")
                .flatMap(text -> Network.parse(text).stream()))
        .isEmpty();
  }

  /// Whatever stands left of the first hop that is no proxy, it changes nothing.
  @Property
  void noInventionOfTheClientChangesWhoItIs(@ForAll @Size(max = 4) List<String> invented) {
    String forged = String.join(",", invented) + ", " + CLIENT + ", 10.1.1.1";
    MultiMap headers = MultiMap.caseInsensitiveMultiMap().add("X-Forwarded-For", forged);
    Arrival direct = new Arrival(PROXY, "http", "backend");
    assertThat(PROXIES.arrival(direct, headers).address()).isEqualTo(CLIENT);
  }

  @Property
  void nothingThatIsForwardedBreaksTheReading(@ForAll String said) {
    MultiMap headers =
        MultiMap.caseInsensitiveMultiMap().add("Forwarded", said).add("X-Forwarded-For", said);
    Arrival direct = new Arrival(CLIENT, "http", null);
    assertThat(PROXIES.arrival(direct, headers)).isEqualTo(direct);
    assertThat(PROXIES.arrival(new Arrival(PROXY, "http", null), headers).address()).isNotBlank();
  }

  @Test
  void overOtherTransportsTrustedProxiesNameTheAddressAndNothingElse() {
    Arrival direct = new Arrival(PROXY, "https", "backend:50051");
    assertThat(
            PROXIES.client(
                direct,
                name -> name.equals("X-Forwarded-For") ? List.of("9.9.9.9, " + CLIENT) : List.of()))
        .isEqualTo(new Arrival(CLIENT, "https", "backend:50051"));
    Arrival stranger = new Arrival(CLIENT, "https", "backend:50051");
    assertThat(PROXIES.client(stranger, _ -> List.of("9.9.9.9"))).isEqualTo(stranger);
    assertThat(new Proxies(List.of()).client(direct, _ -> List.of(CLIENT))).isEqualTo(direct);
  }

  @Test
  void ofAnIpv6AddressTheNetworkIsCounted() {
    assertThat(Arrival.network("203.0.113.5")).isEqualTo("203.0.113.5");
    assertThat(Arrival.network("2001:db8:1:2:3:4:5:6"))
        .isEqualTo(Arrival.network("2001:db8:1:2::1"))
        .isNotEqualTo(Arrival.network("2001:db8:1:3::1"));
    assertThat(Arrival.network("::ffff:203.0.113.5")).isEqualTo("203.0.113.5");
    assertThat(Arrival.network("a:b")).isEqualTo("a:b");
    assertThat(new Arrival("::1", "http", null).network()).isEqualTo(Arrival.network("::2"));
  }
}
