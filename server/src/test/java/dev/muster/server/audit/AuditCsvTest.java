package dev.muster.server.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.Json;
import dev.muster.server.audit.AuditWire.ActorRow;
import dev.muster.server.audit.AuditWire.EntryRow;
import dev.muster.server.audit.AuditWire.TargetRow;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AuditCsvTest {
  private static String line(@Nullable String actor, String target) {
    UUID id = new UUID(0, 1);
    return AuditCsv.line(
        new EntryRow(
            id,
            Instant.parse("2026-01-15T10:00:00Z"),
            new ActorRow("person", id, actor),
            "thing.renamed",
            new TargetRow("thing", target),
            null,
            Json.obj(Map.of()),
            Json.obj(Map.of("name", Json.of("a, \"b\""))),
            false,
            7L));
  }

  @Test
  void aLineHasACellForEachNameOfTheHead() {
    assertThat(AuditCsv.head().strip().split(",", -1)).hasSize(13);
    assertThat(line("ann", "t"))
        .isEqualTo(
            "2026-01-15T10:00:00Z,00000000-0000-0000-0000-000000000001,person,"
                + "00000000-0000-0000-0000-000000000001,ann,thing.renamed,thing,t,,{},"
                + "\"{\"\"name\"\":\"\"a, \\\"\"b\\\"\"\"\"}\",false,7\r\n");
  }

  @Test
  void whatASpreadsheetWouldTakeForAFormulaIsText() {
    for (String formula : new String[] {"=1+1", "+1", "-1", "@sum", "\tx", "\rx"}) {
      assertThat(line("ann", formula)).doesNotContain("," + formula).contains("'" + formula);
    }
    assertThat(line("=cmd|' /C calc'!A0", "t")).contains(",'=cmd|' /C calc'!A0,");
  }

  @Test
  void aLineBreakStaysInItsCell() {
    assertThat(line("a\nb", "t")).contains(",\"a\nb\",");
    assertThat(line(null, "t")).contains(",,thing.renamed");
  }
}
