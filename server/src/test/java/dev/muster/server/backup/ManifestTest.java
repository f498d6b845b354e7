package dev.muster.server.backup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.platform.Ids;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ManifestTest {
  @Test
  void whatIsWrittenIsReadBackAndNothingElse() {
    Manifest manifest =
        new Manifest(
            "0.1.0",
            "050",
            Instant.parse("2026-11-20T12:00:00.123456Z"),
            Ids.next(),
            "0123456789abcdef",
            Map.of("action.counter", Long.MAX_VALUE));
    String text = manifest.toJson().canonical();

    assertThat(Manifest.read(text)).hasValue(manifest);
    assertThat(Manifest.read(text.replaceFirst("\\{", "{\"later\":{},"))).hasValue(manifest);
    assertThat(Manifest.read(text.replace("schema", "scheme"))).isEmpty();
    assertThat(Manifest.read(text.replace("2026-", "last year "))).isEmpty();
    assertThat(Manifest.read("[]")).isEmpty();
    assertThat(Manifest.read("")).isEmpty();
  }
}
