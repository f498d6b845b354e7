package dev.muster.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.muster.cli.demo.LiveTable.Screen;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class LiveTableTest {

  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

  private final StringWriter out = new StringWriter();

  private LiveTable on(Screen screen) {
    return new LiveTable(new PrintWriter(out), screen);
  }

  private static JsonNode summary(int stale, int compliant) throws Exception {
    return new ObjectMapper()
        .readTree(
            """
            {"total": %d, "counts": {"UNKNOWN": 0, "STALE": %d, "COMPLIANT": %d, "NON_COMPLIANT": 0}}
            """
                .formatted(stale + compliant, stale, compliant));
  }

  private static JsonNode devices() throws Exception {
    return new ObjectMapper()
        .readTree(
            """
            {"count": 3, "results": [
              {"device_id": "1", "name": "Kiosk 1", "state": "COMPLIANT", "desired_version": 2,
               "reported_version": 2, "reported_at": "2026-11-20T11:59:57Z"},
              {"device_id": "2", "name": "Kiosk 2", "state": "STALE", "desired_version": 2,
               "reported_version": 1, "reported_at": "2026-11-20T11:59:00Z"},
              {"device_id": "3", "name": "Kiosk 3", "state": "UNKNOWN", "desired_version": 2,
               "reported_version": null, "reported_at": null}]}
            """);
  }

  @Test
  void withoutATerminalThereIsALineWheneverTheCountsChange() throws Exception {
    LiveTable table = on(new Screen(false, false, 24, 80));

    table.draw(summary(0, 3), devices(), NOW);
    table.draw(summary(0, 3), devices(), NOW);
    table.draw(summary(3, 0), devices(), NOW);

    assertThat(out.toString().lines())
        .containsExactly(
            "3 devices:  UNKNOWN 0   STALE 0   COMPLIANT 3   NON_COMPLIANT 0",
            "3 devices:  UNKNOWN 0   STALE 3   COMPLIANT 0   NON_COMPLIANT 0");
  }

  @Test
  void onATerminalItIsDrawnOverItself() throws Exception {
    LiveTable table = on(new Screen(true, false, 24, 80));

    table.draw(summary(1, 1), devices(), NOW);
    String first = out.toString();
    table.draw(summary(1, 1), devices(), NOW);

    String second = out.toString().substring(first.length());
    assertThat(second).isEqualTo("\u001b[6A" + first);
    assertThat(first.replaceAll("\r?\u001b\\[\\d*[A-Z]", "").lines())
        .containsExactly(
            "2 devices:  UNKNOWN 0   STALE 1   COMPLIANT 1   NON_COMPLIANT 0",
            "",
            "DEVICE   STATE      DESIRED  REPORTED  LAST REPORT",
            "Kiosk 1  COMPLIANT        2         2  3 s ago",
            "Kiosk 2  STALE            2         1  60 s ago",
            "Kiosk 3  UNKNOWN          2         -  -");
  }

  @Test
  void whatDoesNotFitIsLeftOutAndCounted() throws Exception {
    on(new Screen(true, false, 7, 20)).draw(summary(0, 3), devices(), NOW);

    assertThat(out.toString().replaceAll("\r?\u001b\\[\\d*[A-Z]", "").lines())
        .contains("… and 1 more: muste")
        .allMatch(line -> line.length() < 20)
        .noneMatch(line -> line.startsWith("Kiosk 3"));
  }

  @Test
  void statesHaveColoursThatDoNotBreakOneAnother() throws Exception {
    on(new Screen(true, true, 24, 80)).draw(summary(0, 3), devices(), NOW);

    assertThat(out.toString())
        .contains("\u001b[31mNON_COMPLIANT\u001b[0m")
        .contains("\u001b[32mCOMPLIANT\u001b[0m")
        .doesNotContain("NON_\u001b");
  }
}
