package dev.muster.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.protocol.Json;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.JsonText;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HeartbeatParserTest {
  private static final Instant NOW = Instant.parse("2026-03-29T01:00:05.123456Z");
  private static final Caller.Device DEVICE =
      new Caller.Device(new OrganizationId(Ids.next()), Ids.next(), Ids.next());

  private static HeartbeatDraft draft(String json) {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    return HeartbeatParser.one(bytes, bytes.length);
  }

  private static Heartbeat read(String json) {
    return draft(json).live(DEVICE, NOW);
  }

  private static List<String> problems(String json) {
    return draft(json).problems().stream()
        .map(error -> error.field() + " " + error.message())
        .toList();
  }

  private static String with(String field, String value) {
    return Heartbeats.full("d", NOW)
        .replaceFirst(
            "\"" + field + "\": [^,}\\]]+",
            Matcher.quoteReplacement("\"" + field + "\": " + value));
  }

  @Test
  void everythingThatTheContractNamesIsRead() {
    Heartbeat heartbeat = read(Heartbeats.full("till-7", NOW.minusSeconds(3)));

    assertThat(heartbeat.device().value()).isEqualTo(DEVICE.deviceId());
    assertThat(heartbeat.takenAt()).isEqualTo(NOW.minusSeconds(3));
    assertThat(heartbeat.bucket()).isEqualTo(Instant.parse("2026-03-29T01:00:00Z"));
    assertThat(heartbeat.readings())
        .isEqualTo(
            new Heartbeat.Readings(
                new Heartbeat.Power(81, false, 29.5f),
                new Heartbeat.Memory(3072, 1100, 64.2f),
                86_400L,
                "wifi",
                "2.4.1",
                "14",
                true));
    Json.Obj rest = JsonText.parseObject(heartbeat.rest());
    assertThat(rest.fields().keySet())
        .contains("alias", "ssid", "queue_depth", "self_heal_hints")
        .doesNotContain("battery", "device_id", "timestamp_utc", "fcm_token", "android_version");
    Json.Obj detail = JsonText.parseObject(heartbeat.detail().body());
    assertThat(detail.fields().keySet())
        .contains("app_versions", "model", "is_device_owner")
        .doesNotContainAnyElementsOf(rest.fields().keySet());
    assertThat(read(Heartbeats.full("till-8", NOW)).detail())
        .as("what another device of the same kind says")
        .isEqualTo(heartbeat.detail());
  }

  @Test
  void whatIsMissingIsNamedAllAtOnce() {
    assertThat(problems("{}"))
        .containsExactlyInAnyOrder(
            "device_id is missing",
            "timestamp_utc is missing",
            "battery is missing",
            "system is missing",
            "memory is missing",
            "network is missing");
    assertThatThrownBy(() -> read("{}"))
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_FIELDS));
  }

  @Test
  void aValueOfTheWrongTypeIsNamed() {
    assertThat(problems(with("pct", "\"81\""))).containsExactly("battery.pct must be a number");
    assertThat(problems(with("charging", "1")))
        .containsExactly("battery.charging must be true or false");
    assertThat(problems(with("transport", "[[1], {\"a\": 2}]")))
        .containsExactly("network.transport must be a string");
    assertThat(problems(with("timestamp_utc", "\"yesterday\"")))
        .containsExactly("timestamp_utc must be a time such as 2026-01-31T12:00:00Z");
    assertThat(
            problems(
                Heartbeats.full("d", NOW).replaceFirst("\"memory\": \\{[^}]*}", "\"memory\": 5")))
        .containsExactly("memory must be an object");
  }

  @Test
  void anAbsurdReadingCountsAsNotSaid() {
    for (String absurd : List.of("-1", "101", "1e300", "null")) {
      assertThat(read(with("pct", absurd)).readings().power().batteryPct()).as(absurd).isNull();
    }
    assertThat(read(with("pct", "84.6")).readings().power().batteryPct()).isEqualTo(85);
    assertThat(read(with("total_ram_mb", "-5")).readings().memory().totalMb()).isNull();
    assertThat(read(with("uptime_seconds", "1e18")).readings().uptimeSeconds()).isNull();
  }

  @Test
  void theTimeOfAClockThatCannotBeRightIsThatOfTheReceipt() {
    for (String wrong :
        List.of("1970-01-01T00:00:00Z", "2026-03-29T01:06:00Z", "+99999-01-01T00:00:00Z")) {
      Heartbeat heartbeat = read(with("timestamp_utc", "\"" + wrong + "\""));
      assertThat(heartbeat.takenAt()).as(wrong).isEqualTo(NOW);
      assertThat(heartbeat.bucket()).isEqualTo(Instant.parse("2026-03-29T01:00:00Z"));
    }
    assertThat(read(with("timestamp_utc", "\"2026-03-29T02:59:00+02:00\"")).takenAt())
        .isEqualTo(Instant.parse("2026-03-29T00:59:00Z"));
  }

  @Test
  void anAppRunsByItsNotificationOrWhenItWasJustInTheForeground() {
    assertThat(running("{\"has_service_notification\": true}")).isTrue();
    assertThat(running("{\"has_service_notification\": false}")).isFalse();
    assertThat(running("{\"has_service_notification\": false, \"foreground_recent_seconds\": 60}"))
        .isTrue();
    assertThat(running("{\"has_service_notification\": false, \"foreground_recent_seconds\": 61}"))
        .isFalse();
    assertThat(running("{\"has_service_notification\": null, \"foreground_recent_seconds\": null}"))
        .isNull();
    assertThat(running("null")).isNull();
  }

  private static @Nullable Boolean running(String signals) {
    return read(Heartbeats.full("d", NOW)
            .replaceFirst(
                "\"speedtest_running_signals\": \\{[^}]*}",
                "\"speedtest_running_signals\": " + signals))
        .readings()
        .appRunning();
  }

  @Test
  void whatCannotBeJsonOrIsTooDeepIsMalformed() {
    for (String bad :
        List.of(
            "",
            "[]",
            "{",
            "{\"a\":}",
            "{} {}",
            "nul",
            "{\"app_versions\":" + "[".repeat(100_000),
            "{\"unknown\":" + "{\"a\":".repeat(5_000) + "1" + "}".repeat(5_000) + "}")) {
      assertThatThrownBy(() -> draft(bad))
          .as(bad.substring(0, Math.min(20, bad.length())))
          .isInstanceOfSatisfying(
              Refusal.class,
              refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.MALFORMED_REQUEST));
    }
  }

  @Test
  void whatPostgresCannotHoldIsRefusedByItsName() {
    assertThat(problems(with("alias", "\"a\\u0000b\"")))
        .containsExactly("alias must not hold U+0000 or half of a surrogate pair");
    assertThat(problems(with("transport", "\"\\ud800\"")))
        .containsExactly("network.transport must not hold U+0000 or half of a surrogate pair");
    assertThat(problems(with("queue_depth", "1e999")))
        .containsExactly("queue_depth must not hold a number beyond 1.8e308");
    for (String small : List.of("1e-20000", "0E-16384", "1.5e-99999999999")) {
      assertThat(problems(with("queue_depth", small)))
          .containsExactly("queue_depth must not hold a number with an exponent beyond 16000");
    }
    assertThat(problems(with("queue_depth", "1.25e-300"))).isEmpty();
    assertThat(
            problems(
                Heartbeats.full("d", NOW).replace("\"has_service_notification\"", "\"a\\u0000\"")))
        .containsExactly(
            "speedtest_running_signals must not hold U+0000 or half of a surrogate pair");
  }

  @Test
  void whatTheDatabaseDoesNotTakeOfABatchIsNamedByItsPlaceInTheBatch() {
    String batch =
        "{\"heartbeats\": [7, "
            + Heartbeats.full("d", NOW.minusSeconds(600))
            + ", 8, "
            + Heartbeats.full("d", NOW.minusSeconds(300))
            + "]}";
    byte[] bytes = batch.getBytes(StandardCharsets.UTF_8);
    LateBatch late =
        LateBatch.of(
            HeartbeatParser.batch(bytes, bytes.length), DEVICE, NOW, NOW.minus(Duration.ofDays(7)));

    assertThat(late.refused(List.of(0)))
        .extracting(LateBatch.Refused::index)
        .containsExactly(0, 1, 2);
  }

  @Test
  void unknownKeysAreIgnoredWhateverTheyHold() {
    String more =
        Heartbeats.full("d", NOW).replaceFirst("\\{", "{\"x\": {\"y\": [1, {\"z\": null}]}, ");
    assertThat(problems(more)).isEmpty();
    assertThat(read(more).rest()).doesNotContain("\"x\"");
  }

  @Test
  void detailsThatAreTooLargeAreLeftOutAndNamed() {
    StringBuilder apps = new StringBuilder("\"app_versions\": {");
    for (int i = 0; i < 1_200; i++) {
      apps.append("\"com.example.app").append(i).append("\": {\"installed\": true}, ");
    }
    apps.append("\"b\": 1}");
    Heartbeat heartbeat =
        read(Heartbeats.full("d", NOW).replaceFirst("\"app_versions\"", apps + ", \"other\""));

    Json.Obj rest = JsonText.parseObject(heartbeat.rest());
    assertThat(rest.fields()).containsKeys("alias", "ssid", "self_heal_hints");
    assertThat(rest.fields().get("truncated"))
        .isEqualTo(new Json.Arr(List.of(Json.of("app_versions"))));
    assertThat(JsonText.parseObject(heartbeat.detail().body()).fields())
        .containsKey("model")
        .doesNotContainKey("app_versions");
    assertThat(heartbeat.readings().power().batteryPct()).isEqualTo(81);
    assertThat(read(Heartbeats.full("d", NOW)).rest()).doesNotContain("truncated");
  }

  @Test
  void onlyAsManyDetailsAreLeftOutAsDoNotFit() {
    String body =
        Heartbeats.full("d", NOW)
            .replace("\"Till 7\"", "\"" + "a".repeat(20_000) + "\"")
            .replace("\"SM-T500\"", "\"" + "b".repeat(40_000) + "\"")
            .replace("\"queue_depth\": 0", "\"queue_depth\": 1.5e-300");
    Heartbeat heartbeat = read(body);

    assertThat(JsonText.parseObject(heartbeat.rest()).fields().get("truncated"))
        .isEqualTo(new Json.Arr(List.of(Json.of("model"))));
    assertThat(heartbeat.rest()).contains("aaa", "1.5E-300");
    assertThat(heartbeat.rest().length() + heartbeat.detail().body().length())
        .isLessThanOrEqualTo(Shortening.MOST);
  }

  @Test
  void aBatchSaysWhichOfItsHeartbeatsIsWrong() {
    String batch =
        "{\"heartbeats\": ["
            + Heartbeats.full("d", NOW.minusSeconds(600))
            + ", 7, "
            + with("pct", "true")
            + "]}";
    byte[] bytes = batch.getBytes(StandardCharsets.UTF_8);
    LateBatch late =
        LateBatch.of(
            HeartbeatParser.batch(bytes, bytes.length), DEVICE, NOW, NOW.minus(Duration.ofDays(7)));

    assertThat(late.heartbeats()).hasSize(1);
    assertThat(late.heartbeats().getFirst().bucket())
        .isEqualTo(Instant.parse("2026-03-29T00:50:00Z"));
    assertThat(late.refused())
        .extracting(LateBatch.Refused::index, LateBatch.Refused::field)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(1, ""),
            org.assertj.core.groups.Tuple.tuple(2, "battery.pct"));
  }

  @Test
  void aBatchRefusesTheFutureAndWhatIsOlderThanWhatIsKept() {
    List<Instant> times =
        List.of(NOW.plusSeconds(301), NOW.plusSeconds(299), NOW.minus(Duration.ofDays(8)));
    String batch =
        "{\"heartbeats\": ["
            + String.join(",", times.stream().map(at -> Heartbeats.full("d", at)).toList())
            + "]}";
    byte[] bytes = batch.getBytes(StandardCharsets.UTF_8);
    LateBatch late =
        LateBatch.of(
            HeartbeatParser.batch(bytes, bytes.length), DEVICE, NOW, NOW.minus(Duration.ofDays(7)));

    assertThat(late.heartbeats())
        .extracting(Heartbeat::takenAt, Heartbeat::bucket)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(
                NOW.plusSeconds(299), Instant.parse("2026-03-29T01:00:00Z")));
    assertThat(late.refused()).extracting(LateBatch.Refused::index).containsExactly(0, 2);
    assertThat(late.late()).isEqualTo(2);
  }
}
