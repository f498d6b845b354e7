package dev.muster.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.muster.server.testing.Api;

/// What every refusal looks like, whoever refuses.
final class ProblemShape {
  /// Traces of the machinery that no caller should see.
  private static final String LEAK =
      "(?is).*(dev\\.muster|java\\.|jakarta\\.|com\\.fasterxml|org\\.|Exception|\\bat [a-z]+\\.|"
          + "\\bselect \\b|\\binsert into\\b|psql|jdbc|sqlstate).*";

  private ProblemShape() {}

  static Api.Answer require(Api.Answer answer) {
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(answer.headers().firstValue("X-Request-ID")).isPresent();
    assertThat(answer.keys("")).contains("type", "title", "status", "detail", "code");
    assertThat(answer.node("status").asInt()).isEqualTo(answer.status());
    assertThat(answer.at("type")).isEqualTo(Problems.HELP + answer.code());
    assertThat(answer.at("title")).isNotBlank();
    assertThat(answer.at("detail")).isNotBlank();
    assertThat(answer.code()).matches("[a-z_]+");
    assertThat(answer.text()).doesNotMatch(LEAK);
    for (JsonNode error : answer.node("errors")) {
      assertThat(error.get("field").asText()).isNotBlank();
      assertThat(error.get("message").asText()).isNotBlank();
    }
    if (answer.status() == 401) {
      assertThat(answer.headers().firstValue("WWW-Authenticate")).contains("Bearer");
    }
    return answer;
  }
}
