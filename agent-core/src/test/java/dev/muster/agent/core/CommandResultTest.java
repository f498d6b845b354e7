package dev.muster.agent.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.protocol.Json;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class CommandResultTest {
  @Property
  void whatIsStoredIsReadBack(
      @ForAll CommandResult.Outcome outcome, @ForAll String message, @ForAll boolean leaves)
      throws IOException {
    CommandResult result =
        new CommandResult(outcome, message, Json.obj(Map.of("a", Json.of(1))), leaves);
    String text = result.toJson().canonical();
    assertThat(CommandResult.fromJson(JsonText.readObject(text))).isEqualTo(result);
  }

  @Property
  void everyMessageIsOneThatAServerCanKeep(@ForAll String message) {
    String kept = CommandResult.failed(message).message();
    assertThat(new String(kept.getBytes(UTF_8), UTF_8)).isEqualTo(kept).doesNotContain("\0");
  }

  @Test
  void whatNoServerCanKeepIsReplacedWhereverItStands() {
    Json.Obj data =
        Json.obj(
            Map.of(
                "k\0", Json.texts(List.of("a\0b", "🙂", "\uDE42\uD83D")),
                "nested", Json.obj(Map.of("x", Json.of("\uD83Dy")))));
    CommandResult result = CommandResult.success("\0 done 🙂 \uD83D").with(data);
    assertThat(result.message()).isEqualTo("\uFFFD done 🙂 \uFFFD");
    assertThat(result.data())
        .isEqualTo(
            Json.obj(
                Map.of(
                    "k\uFFFD", Json.texts(List.of("a\uFFFDb", "🙂", "\uFFFD\uFFFD")),
                    "nested", Json.obj(Map.of("x", Json.of("\uFFFDy"))))));
  }

  @Test
  void aLongMessageIsCutAndNoCharacterInTwo() {
    assertThat(CommandResult.failed("x".repeat(600)).message()).hasSize(500);
    assertThat(CommandResult.failed("x".repeat(499) + "🙂").message()).isEqualTo("x".repeat(499));
  }

  @Test
  void tooMuchDataIsLeftOutAndSaid() {
    Json.Obj most = Json.obj(Map.of("a", Json.of("x".repeat(256 * 1024 - 8))));
    assertThat(CommandResult.success("done").with(most).data()).isEqualTo(most);
    Json.Obj much = Json.obj(Map.of("a", Json.of("x".repeat(256 * 1024 - 7))));
    CommandResult result = CommandResult.success("y".repeat(500)).with(much);
    assertThat(result.data().fields()).isEmpty();
    assertThat(result.message()).endsWith("(its data was too large to be sent)");
  }

  @Test
  void whatIsNoResultIsRefused() {
    assertThatThrownBy(() -> CommandResult.fromJson(Json.obj(Map.of())))
        .hasMessage("not a command's result");
    Json.Obj odd = Signing.with(CommandResult.success("").toJson(), "outcome", Json.of("PERHAPS"));
    assertThatThrownBy(() -> CommandResult.fromJson(odd)).hasMessage("not a command's result");
  }
}
