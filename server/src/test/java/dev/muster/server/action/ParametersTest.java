package dev.muster.server.action;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.platform.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParametersTest {
  private static final String SHA256 = "0123456789abcdefABCDEF".repeat(3).substring(0, 64);

  @ParameterizedTest
  @EnumSource(
      value = ActionType.class,
      names = {"SOFTWARE_UPDATE", "FIRMWARE_UPDATE", "SYSTEM_REBOOT", "CONFIGURATION_CHANGE"})
  void theTypesOfOldClientsTakeWhateverTheyAreGiven(ActionType type) {
    Map<String, String> given = Map.of("version", "1.2.3", "ünï", "", "force", "true");

    assertThat(Parameters.checked(type, given)).isEqualTo(given);
  }

  @ParameterizedTest
  @CsvSource({
    "RING, seconds, 1",
    "RING, seconds, 3600",
    "LOCK, message, Back at noon",
    "LAUNCH_APP, package, com.example.app",
    "COLLECT_LOGS, lines, 10000",
    "RUN_SCRIPT, script, uptime",
    "WIPE, confirm, anything"
  })
  void whatATypeTakesIsTaken(ActionType type, String name, String value) {
    assertThat(Parameters.checked(type, Map.of(name, value))).containsEntry(name, value);
  }

  @ParameterizedTest
  @CsvSource({
    "RING, seconds, 0, must be a whole number from 1 to 3600",
    "RING, seconds, 3601, must be a whole number from 1 to 3600",
    "RING, seconds, 1e2, must be a whole number from 1 to 3600",
    "RING, seconds, 99999999999999999999, must be a whole number from 1 to 3600",
    "RING, volume, 1, is no parameter of RING; it takes seconds",
    "PING, x, 1, is no parameter of PING; it takes none",
    "LAUNCH_APP, package, a b, 'must be the name of a package, such as com.example.app'",
    "COLLECT_LOGS, lines, -1, must be a whole number from 1 to 10000",
    "RUN_SCRIPT, script, ' ', must be a script of 1 to 65536 characters"
  })
  void whatIsWrongIsNamedWithWhatWouldBeRight(
      ActionType type, String name, String value, String problem) {
    assertThat(problems(type, Map.of(name, value)))
        .contains(new Refusal.FieldError("params." + name, problem));
  }

  @ParameterizedTest
  @ValueSource(strings = {"type", "action", "request_id", "device_id", "ts", "hmac", "hmac2"})
  void theNamesOfTheEnvelopeAreTaken(String name) {
    assertThat(problems(ActionType.SYSTEM_REBOOT, Map.of(name, "x")))
        .containsExactly(
            new Refusal.FieldError(
                "params." + name, "must have another name: this one is the envelope's"));
  }

  @Test
  void allThatIsWrongIsToldAtOnce() {
    assertThat(problems(ActionType.INSTALL_APP, Map.of("url", "ftp://x/y", "sha256", "12")))
        .extracting(Refusal.FieldError::field)
        .containsExactlyInAnyOrder("params.url", "params.sha256", "params.package");
  }

  @ParameterizedTest
  @CsvSource({
    "https://example.com/a.apk, true",
    "http://10.0.0.1:8080/a, true",
    "HTTPS://example.com, false",
    "https://ann:secret@example.com/a, false",
    "file:///etc/passwd, false",
    "https:///a, false",
    "not an address, false"
  })
  void anInstallationComesFromAnAddressWithoutAPassword(String url, boolean good) {
    Map<String, String> given = Map.of("package", "a.b", "url", url, "sha256", SHA256);

    if (good) {
      assertThat(Parameters.checked(ActionType.INSTALL_APP, given)).isEqualTo(given);
    } else {
      assertThat(problems(ActionType.INSTALL_APP, given))
          .extracting(Refusal.FieldError::field)
          .containsExactly("params.url");
    }
  }

  @Test
  void thereAreNotAsManyAsSomebodyLikes() {
    Map<String, String> many =
        IntStream.range(0, 65).boxed().collect(Collectors.toMap(i -> "p" + i, i -> "x"));

    assertThat(problems(ActionType.SYSTEM_REBOOT, many))
        .containsExactly(
            new Refusal.FieldError(
                "params", "must be 64 parameters of 200000 characters at the most"));
    assertThat(problems(ActionType.SYSTEM_REBOOT, Map.of("p", "x".repeat(200_000)))).hasSize(1);
    assertThat(problems(ActionType.SYSTEM_REBOOT, Map.of("", "x"))).hasSize(1);
    assertThat(problems(ActionType.SYSTEM_REBOOT, Map.of("p\0", "x"))).hasSize(1);
    assertThat(problems(ActionType.SYSTEM_REBOOT, Map.of("p", "\ud800"))).hasSize(1);
  }

  /// Whatever comes: it is taken as it is, or refused with a field.
  @Property(tries = 300)
  void nothingIsChangedOnTheWay(@ForAll ActionType type, @ForAll Map<String, String> given) {
    try {
      assertThat(Parameters.checked(type, given)).isEqualTo(given);
    } catch (Refusal refusal) {
      assertThat(refusal.fields()).isNotEmpty().allMatch(one -> one.field().startsWith("params"));
    }
  }

  private static List<Refusal.FieldError> problems(ActionType type, Map<String, String> given) {
    List<Refusal.FieldError> found = new ArrayList<>();
    assertThatThrownBy(() -> Parameters.checked(type, given))
        .isInstanceOfSatisfying(Refusal.class, refusal -> found.addAll(refusal.fields()));
    return found;
  }
}
