package dev.muster.server.platform;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.testing.LogLines;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class AccessLogTest {
  private static final UUID ID = new UUID(1, 2);
  private static final OrganizationId ORGANIZATION = new OrganizationId(new UUID(3, 4));

  private static AccessLog.Line line(String route, @Nullable Caller caller) {
    return new AccessLog.Line("GET", route, 200, Duration.ofNanos(1_250_000), caller, "r-1", 12L);
  }

  private static LogLines.Heard written(AccessLog log, AccessLog.Line line) {
    try (LogLines lines = LogLines.of(AccessLog.CATEGORY)) {
      log.write(line);
      return lines.await(_ -> true);
    }
  }

  @Test
  void aLineTellsTheSameOfEveryKindOfCaller() {
    Map<Caller, String> words =
        Map.of(
            new Caller.Person(ORGANIZATION, ID, Role.VIEWER, false, false), "person " + ID,
            new Caller.Key(ORGANIZATION, ID, Set.of(), false), "key " + ID,
            new Caller.Device(ORGANIZATION, ID, new UUID(5, 6)), "device " + ID,
            new Caller.Enroller(ORGANIZATION, ID), "enroller " + ID,
            new Caller.Server(ORGANIZATION, "sweep"), "server sweep");
    AccessLog log = new AccessLog(true, false);
    words.forEach((caller, shown) ->
        assertThat(written(log, line("/x", caller)).message())
            .isEqualTo(
                "GET /x status=200 ms=1.3 bytes=12 caller=\"%s\" organization=%s"
                    .formatted(shown, ORGANIZATION.value())));
    assertThat(written(log, line("/x", null)).message())
        .isEqualTo("GET /x status=200 ms=1.3 bytes=12 caller=\"nobody\"");
  }

  @Property(tries = 200)
  void noPathBreaksOrForgesALine(@ForAll String path) {
    String message = written(new AccessLog(true, false), line("/" + path, null)).message();
    assertThat(message).matches("GET /[\\x21-\\x7e…]* status=200 [ -~]+").hasSizeLessThan(300);
    assertThat(message.split("\"", -1)).hasSize(3);
  }

  @Test
  void forJsonTheFieldsStandInTheContextWhileTheLineIsWrittenAndNoLonger() {
    MDC.put("status", "of the application");
    try {
      LogLines.Heard heard = written(new AccessLog(true, true), line("/x", null));
      assertThat(heard.requestId()).isEqualTo("r-1");
      assertThat(heard.context())
          .containsEntry("method", "GET")
          .containsEntry("route", "/x")
          .containsEntry("status", "200")
          .containsEntry("caller", "nobody");
      assertThat(MDC.get("status")).isEqualTo("of the application");
      assertThat(MDC.get("route")).isNull();
      assertThat(RequestId.current()).isNull();
    } finally {
      MDC.remove("status");
    }
  }

  @Test
  void turnedOffItWritesNothing() {
    try (LogLines lines = LogLines.of(AccessLog.CATEGORY)) {
      new AccessLog(false, false).write(line("/x", null));
      assertThat(lines.rest()).isEmpty();
    }
  }
}
