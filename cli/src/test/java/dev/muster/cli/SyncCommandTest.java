package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SyncCommandTest extends CliTest {
  private static final String CLEANUP = "POST /api/sync/cleanup/";

  private static String answer(boolean dryRun) {
    return "{\"dryRun\": %s, \"tombstones\": 3, \"syncLogs\": 120, \"conflicts\": 1}"
        .formatted(dryRun);
  }

  @Test
  void cleaningUpSaysWhatIsGone() {
    server.on(CLEANUP, 200, answer(false));

    Ran ran = onServer("sync", "cleanup");

    assertThat(ran.code()).isZero();
    assertThat(parse(server.last().body()).path("dryRun").asBoolean(true)).isFalse();
    assertThat(ran.lines())
        .containsExactly("Forgotten: 3 tombstones, 120 rows of the log, 1 resolved conflicts.");
  }

  @Test
  void aDryRunOnlyCounts() {
    server.on(CLEANUP, 200, answer(true));

    Ran ran = onServer("sync", "cleanup", "--dry-run");

    assertThat(parse(server.last().body()).path("dryRun").asBoolean(false)).isTrue();
    assertThat(ran.out()).startsWith("Would be forgotten: 3 tombstones");
    assertThat(onServer("sync", "cleanup", "--dry-run", "--output", "json").json().path("syncLogs"))
        .hasToString("120");
  }

  @Test
  void whoMayNotIsToldSo() {
    server.on(CLEANUP, 403, "{\"detail\": \"Your role (member) does not allow you to.\"}");

    Ran ran = onServer("sync", "cleanup");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).contains("Your role (member)");
    assertThat(onServer("sync").code()).isEqualTo(2);
  }
}
