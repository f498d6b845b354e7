package dev.muster.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.testing.Api;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The pages that the server itself has about itself.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
class HelpTest {
  private static final Pattern LINK = Pattern.compile("<a href=\"([^\"]+)\"");

  private static String page(String path) {
    Api.Answer page = Api.anonymous().get(path).expect(200);
    assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html; charset=utf-8");
    return page.text();
  }

  @Test
  void anErrorLinksToItsSection() {
    String[] type = Api.anonymous().get("/api/devices/").expect(401).at("type").split("#", 2);
    assertThat(page(type[0])).contains("<h2 id=\"" + type[1] + "\">unauthenticated</h2>");
  }

  @Test
  void everyLinkOfAPageLeadsToAnother() throws IOException {
    Set<String> broken = new TreeSet<>();
    try (Stream<Path> docs = Files.list(Path.of("../docs"))) {
      List<String> names =
          docs.map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".md"))
              .map(name -> name.replace(".md", ""))
              .toList();
      for (String name : names) {
        Set<String> links =
            LINK.matcher(page("/help/" + name))
                .results()
                .map(link -> link.group(1).replaceFirst("#.*", ""))
                .filter(
                    link -> !link.isEmpty() && !link.startsWith("http") && !link.startsWith("."))
                .collect(Collectors.toSet());
        for (String link : links) {
          String path = link.startsWith("/") ? link : "/help/" + link;
          if (Api.anonymous().get(path).status() >= 400) {
            broken.add(name + ": " + link);
          }
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  @Test
  void whatIsNoPageIsNotFound() {
    Api.anonymous().get("/help/no-such-page").expect(404);
    Api.anonymous().get("/help/..%2Fapplication").expect(404);
    Api.anonymous().get("/help/decisions/999").expect(404);
  }
}
