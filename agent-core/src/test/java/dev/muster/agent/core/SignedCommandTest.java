package dev.muster.agent.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.protocol.Json;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignedCommandTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00.000001Z");
  private static final Map<String, String> PARAMETERS = Map.of("package", "com.example", "b", "");

  private static Json.Obj launch() {
    return Signing.nested("action_1-1", "d1", "launch_app", NOW, PARAMETERS);
  }

  @Property
  void bothFormsAreReadAsTheSameSignedCommand(
      @ForAll @Size(max = 4)
          Map<@AlphaChars @StringLength(min = 7, max = 9) String, String> parameters)
      throws IOException {
    parameters.keySet().removeAll(java.util.Set.of("device_id", "request_id"));
    SignedCommand nested = SignedCommand.read(Signing.nested("r-1", "d1", "ping", NOW, parameters));
    SignedCommand flat = SignedCommand.read(Signing.flat("r-1", "d1", "ping", NOW, parameters));
    assertThat(flat).isEqualTo(nested);
    assertThat(flat.command()).isEqualTo(new Command("r-1", "d1", "ping", parameters));
    assertThat(flat.isSignedWith(Signing.SECRET)).isTrue();
    assertThat(flat.isSignedWith("another")).isFalse();
  }

  @Test
  void fieldsOfLaterVersionsAreNoParametersOfTheNestedForm() throws IOException {
    Json.Obj later = Signing.with(launch(), "priority", Json.of(3));
    assertThat(SignedCommand.read(later).isSignedWith(Signing.SECRET)).isTrue();
    Map<String, Json> without =
        new HashMap<>(Signing.nested("r", "d1", "ping", NOW, Signing.NONE).fields());
    without.remove("params");
    assertThat(SignedCommand.read(Json.obj(without)).command().parameters()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"action,lock", "device_id,d2", "request_id,action_1-2"})
  void whatWasChangedOnTheWayIsNotSigned(String field, String value) throws IOException {
    SignedCommand changed = SignedCommand.read(Signing.with(launch(), field, Json.of(value)));
    assertThat(changed.isSignedWith(Signing.SECRET)).isFalse();
  }

  @Test
  void parametersAreCoveredToo() throws IOException {
    Json.Obj changed =
        Signing.with(launch(), "params", Json.obj(Map.of("package", Json.of("com.evil"))));
    assertThat(SignedCommand.read(changed).isSignedWith(Signing.SECRET)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"request_id", "device_id", "action", "ts", "hmac", "hmac2"})
  void aFieldThatIsMissingOrMakesNoSenseIsNamedAndNotRepeated(String field) {
    Map<String, Json> missing = new HashMap<>(launch().fields());
    missing.remove(field);
    for (Json wire :
        new Json[] {
          Json.obj(missing),
          Signing.with(launch(), field, Json.of(7)),
          Signing.with(launch(), field, Json.of("no|nonsense")),
          Signing.with(launch(), field, Json.of("No nonsense" + "x".repeat(200)))
        }) {
      assertThatThrownBy(() -> SignedCommand.read((Json.Obj) wire))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(field)
          .hasMessageNotContaining("nonsense");
    }
  }

  @Test
  void aParameterIsAText() {
    Json.Obj wire = Signing.with(launch(), "params", Json.obj(Map.of("a", Json.of(1))));
    assertThatThrownBy(() -> SignedCommand.read(wire)).hasMessageContaining("not a text");
  }

  @Test
  void aTimeWithinFiveMinutesIsRightAndTheRestIsSaidInSeconds() throws IOException {
    SignedCommand command = SignedCommand.read(launch());
    assertThat(command.skew(NOW.plusSeconds(300))).isEmpty();
    assertThat(command.skew(NOW.minusSeconds(300))).isEmpty();
    assertThat(command.skew(NOW.plusSeconds(431)))
        .isEqualTo("clock_skew: the command's time is 431 s behind this device's clock");
    assertThat(command.skew(NOW.minusSeconds(301)))
        .isEqualTo("clock_skew: the command's time is 301 s ahead of this device's clock");
  }

  @Test
  void parametersAreInNoText() throws IOException {
    assertThat(SignedCommand.read(launch()).toString()).doesNotContain("com.example");
  }
}
