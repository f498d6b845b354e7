package dev.muster.server.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OriginTest {
  private static final Arrival DIRECT = new Arrival("192.0.2.1", "http", "fleet.example:8080");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://console.example.com",
        "http://localhost:5173",
        "http://127.0.0.1:8080",
        "http://[::1]:8080",
        "https://xn--bcher-kva.example",
        "https://a"
      })
  void anOriginIsWrittenAsBrowsersWriteIt(String text) {
    assertThat(Origin.parse(text)).hasToString("Optional[" + text + "]");
    assertThat(Origin.problem(text)).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "*",
        "console.example.com",
        "https://",
        "https://a/",
        "https://a/b",
        "https://a?b",
        "https://a#b",
        "https://u@a",
        "https://a:0",
        "https://a:65536",
        "https://a:",
        "https://a b",
        "https://a,https://b",
        "https://a\n",
        "ftp://a",
        "file://",
        "https://.a",
        "https://ü.example",
        "https://[::1",
        "https://*.example.com"
      })
  void whatIsNoOriginIsNone(String text) {
    assertThat(Origin.parse(text)).isEmpty();
    assertThat(Origin.problem(text)).isNotNull();
  }

  @Test
  void letterCaseAndTheUsualPortMakeNoDifference() {
    assertThat(Origin.parse("HTTPS://Console.Example.com:443"))
        .isEqualTo(Origin.parse("https://console.example.com"));
    assertThat(Origin.parse("http://a:80")).isEqualTo(Origin.parse("http://a"));
  }

  @Test
  void schemeHostAndPortMakeADifference() {
    Origins origins = new Origins(List.of("https://a.example"), Optional.empty());
    assertThat(origins.isNamed("https://a.example")).isTrue();
    for (String other :
        List.of(
            "http://a.example",
            "https://a.example:8443",
            "https://b.a.example",
            "https://a.example.evil.example",
            "https://evil-a.example",
            "null")) {
      assertThat(origins.isNamed(other)).as(other).isFalse();
      assertThat(origins.isWelcome(other, DIRECT)).as(other).isFalse();
    }
  }

  @Test
  void theServersOwnPagesAreWelcomeButNotNamed() {
    Origins origins = new Origins(List.of(), Origin.parse("https://fleet.example.com"));
    for (String own : List.of("http://fleet.example:8080", "https://fleet.example.com")) {
      assertThat(origins.isWelcome(own, DIRECT)).isTrue();
      assertThat(origins.isNamed(own)).isFalse();
    }
    assertThat(origins.isWelcome("http://fleet.example", DIRECT)).isFalse();
    assertThat(origins.isWelcome("https://fleet.example:8080", DIRECT)).isFalse();
  }

  @Test
  void aPublicUrlHasNoPathAndNoUser() {
    assertThat(Origin.problem(URI.create("https://fleet.example.com"))).isNull();
    assertThat(Origin.problem(URI.create("https://fleet.example.com:8443/"))).isNull();
    assertThat(Origin.problem(URI.create("https://fleet.example.com/x"))).contains("/x");
    assertThat(Origin.problem(URI.create("https://u:hidden@fleet.example.com")))
        .isNotNull()
        .doesNotContain("hidden");
  }

  @Property
  void nothingThatAClientSendsBreaksTheReading(@ForAll String text) {
    Origin.parse(text)
        .ifPresent(origin -> {
          assertThat(Origin.parse(origin.toString())).contains(origin);
        });
  }
}
