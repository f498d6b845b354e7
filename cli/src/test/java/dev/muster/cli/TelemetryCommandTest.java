package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TelemetryCommandTest extends CliTest {
  private static final String ARCHIVE =
      """
      {"file": "heartbeat-2026-01-31.csv.gz", "rows": 28800000, "bytes": 1234567890, "sha256": "ab",
       "archived_at": "2026-05-01T00:10:00Z", "verified_at": "2026-05-01T00:20:00Z"}
      """;

  private static String day(String state, String wish, String archive, String problem) {
    return """
    {"day": "2026-01-31", "state": "%s", "wish": %s, "archive": %s, "problem": %s}
    """
        .formatted(state, wish, archive, problem);
  }

  private static String page(String... days) {
    return "{\"count\": %d, \"next\": null, \"results\": [%s]}"
        .formatted(days.length, String.join(",", days));
  }

  private static final String BROKEN =
      "{\"detail\": \"it is not a whole gzip file\", \"at\": \"2026-05-01T00:20:00Z\", \"times\": 1}";

  @Test
  void theDaysAreListedWithTheirArchives() {
    server.on(
        "GET /api/archives/?limit=50",
        200,
        page(
            day("ATTACHED", "null", "null", "null"),
            day("DROPPED", "null", ARCHIVE, "null"),
            day("DROPPED", "null", ARCHIVE, BROKEN)));

    List<String> lines = onServer("telemetry").lines();

    assertThat(lines.get(0)).matches("DAY +STATE +ROWS +SIZE +VERIFIED +PROBLEM");
    assertThat(lines.get(1)).matches("2026-01-31 +ATTACHED +- +- +- +-");
    assertThat(lines.get(2)).contains("28800000", "1234.6 MB");
    assertThat(lines.get(3)).endsWith("it is not a whole gzip file");
  }

  @Test
  void aDayIsArchivedAndWaitedFor() {
    server.on(
        "POST /api/archives/2026-01-31/archive/", 202, day("DROPPED", "null", ARCHIVE, "null"));

    Ran ran = onServer("telemetry", "archive", "2026-01-31");

    assertThat(ran.code()).isZero();
    assertThat(ran.lines()).containsExactly("2026-01-31 is archived: 28800000 rows.");
  }

  @Test
  void whatIsNotWaitedForIsAskedForOnly() {
    server.on(
        "POST /api/archives/2026-01-31/restore/",
        202,
        day("DROPPED", "\"RESTORE\"", ARCHIVE, "null"));

    Ran ran = onServer("telemetry", "restore", "2026-01-31", "--no-wait");

    assertThat(ran.code()).isZero();
    assertThat(server.asked()).hasSize(1);
  }

  @Test
  void aFailureIsSaidAndIsTheExitCode() {
    server.on(
        "POST /api/archives/2026-01-31/restore/", 202, day("DROPPED", "null", ARCHIVE, BROKEN));
    Ran ran = onServer("telemetry", "restore", "2026-01-31");
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.lines()).containsExactly("2026-01-31: it is not a whole gzip file");
  }

  @Test
  void whatIsNoLongerAskedForAndNotThereEndsTheWait() {
    server.on(
        "POST /api/archives/2026-01-31/restore/",
        202,
        day("DROPPED", "\"RESTORE\"", ARCHIVE, "null"));
    server.on("GET /api/archives/2026-01-31/", 200, day("DROPPED", "null", ARCHIVE, "null"));

    Ran ran = onServer("telemetry", "restore", "2026-01-31");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.lines())
        .containsExactly("2026-01-31 is DROPPED, and no longer asked for; ask again.");
  }

  @Test
  void allArchivesAreVerifiedAndOneThatIsBrokenIsTheExitCode() {
    server.on("POST /api/archives/verify/", 202, "{\"days\": 2}");
    server.on("GET /api/archives/?limit=500", 200, page(day("DROPPED", "null", ARCHIVE, BROKEN)));

    Ran ran = onServer("telemetry", "verify");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.lines().getLast()).endsWith("it is not a whole gzip file");
  }
}
