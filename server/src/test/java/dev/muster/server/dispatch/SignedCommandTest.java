package dev.muster.server.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.CommandSignature;
import dev.muster.protocol.Json;
import dev.muster.server.platform.JsonText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignedCommandTest {
  private static final Instant AT = Instant.parse("2026-11-20T19:30:00.123456Z");

  private static SignedCommand command(Map<String, String> parameters) {
    return SignedCommand.sign(
        "test-secret", "action_1763667000123_42-1", "dev-001", "launch_app", AT, parameters);
  }

  @Test
  void thePageHasTheSignaturesThatTheServerMakes() throws IOException {
    SignedCommand launch = command(Map.of("package", "org.example"));
    SignedCommand ping =
        SignedCommand.sign(
            "test-secret",
            "req-1",
            "dev-001",
            "ping",
            Instant.parse("2025-10-18T19:30:00Z"),
            Map.of());
    CommandSignature.Signed old =
        new CommandSignature.Signed(
            "req-1", "dev-001", "ping", "2025-10-18T19:30:00+00:00", Map.of());
    try (InputStream page = SignedCommandTest.class.getResourceAsStream("/help/commands.md")) {
      String text = new String(Objects.requireNonNull(page).readAllBytes(), StandardCharsets.UTF_8);
      assertThat(text)
          .contains(launch.hmac())
          .contains(launch.hmac2())
          .contains(CommandSignature.hmac("test-secret", old))
          .contains(CommandSignature.hmac2("test-secret", old))
          .contains(CommandSignature.fingerprint("test-secret"));
    }
    assertThat(ping.signed().time()).isEqualTo("2025-10-18T19:30:00.000000+00:00");
  }

  @Test
  void aCommandGoesOutInTheAgreedForm() {
    assertThat(command(Map.of("package", "org.example")).toJson().canonical())
        .isEqualTo(
            """
            {"action":"launch_app","device_id":"dev-001",\
            "hmac":"4041b826dc806670fd814f97228508f2adb1dfaa8f690fb2a3fde50c5850a74b",\
            "hmac2":"ca54190e55688ca0a7df6a9f164381ddec6688a0e41b9b245b6a660c9311eaef",\
            "params":{"package":"org.example"},"request_id":"action_1763667000123_42-1",\
            "ts":"2026-11-20T19:30:00.123456+00:00","type":"command"}\
            """);
  }

  @Property(tries = 200)
  void whatIsPushedFitsAndWhatIsSentVerifies(
      @ForAll @Size(max = 8)
          Map<
                  @AlphaChars @StringLength(min = 8, max = 20) String,
                  @CharRange(from = '\u0001', to = '\ud7ff') @StringLength(max = 900) String>
              parameters) {
    SignedCommand command = command(parameters);
    Map<String, String> data = command.toData();
    assertThat(
            CommandSignature.parameters(data).canonical().getBytes(StandardCharsets.UTF_8).length)
        .isLessThanOrEqualTo(3_500);
    assertThat(data).isNotEmpty();

    Json.Obj sent = JsonText.parseObject(command.toJson().canonical());
    Map<String, String> params = new TreeMap<>();
    if (sent.fields().get("params") instanceof Json.Obj object) {
      object.fields().forEach((key, value) -> params.put(key, text(value)));
    }
    assertThat(
            CommandSignature.verifies(
                "test-secret",
                new CommandSignature.Signed(
                    text(sent.fields().get("request_id")),
                    text(sent.fields().get("device_id")),
                    text(sent.fields().get("action")),
                    text(sent.fields().get("ts")),
                    params),
                text(sent.fields().get("hmac")),
                text(sent.fields().get("hmac2"))))
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"from", "message_type", "notification", "google.c.a.e", "googleplay", "gcm.n.e"})
  void aKeyThatThePushServiceKeepsForItselfIsNotPushed(String key) {
    SignedCommand command = command(Map.of(key, "x"));
    assertThat(command.toData()).isEqualTo(SignedCommand.WAITING);
    assertThat(command.toJson().canonical()).contains("\"" + key + "\":\"x\"");
    assertThat(command(Map.of("the_" + key, "x")).toData()).containsEntry("the_" + key, "x");
  }

  private static String text(@org.jspecify.annotations.Nullable Json value) {
    return value instanceof Json.Text text ? text.value() : "";
  }
}
