package dev.muster.server.web;

import static dev.muster.server.testing.OtlpReceiver.hex;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.testing.Api;
import dev.muster.server.testing.EnrolledDevice;
import dev.muster.server.testing.OtlpReceiver;
import dev.muster.server.testing.ServerUnderTest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@QuarkusTestResource(value = OtlpReceiver.class, restrictToAnnotatedClass = true)
class TracingTest {
  private static final String CALLERS_SPAN = "00f067aa0ba902b7";
  private final String trace = randomTrace();

  @Inject WarmUp warmUp;

  private static String randomTrace() {
    byte[] bytes = new byte[16];
    ThreadLocalRandom.current().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private Api traced(Api caller) {
    return caller.withHeader("traceparent", "00-" + trace + "-" + CALLERS_SPAN + "-01");
  }

  private static List<String> named(List<Span> spans, String prefix) {
    return spans.stream().map(Span::getName).filter(name -> name.startsWith(prefix)).toList();
  }

  @Test
  void aPublicationIsOneTraceOfTheRequestAndItsStatements() {
    Api admin = Api.ofNewOrganization();
    admin.post("/api/policies/", Map.of("name", "p", "type", "APPS")).expect(201);
    traced(admin).post("/api/policies/p/versions/?ticket=secret-1").expect(201);

    List<Span> spans =
        OtlpReceiver.spansOf(
            trace, all -> !named(all, "POST ").isEmpty() && !named(all, "transaction").isEmpty());
    Span http = only(spans, "POST ");
    assertThat(http.getName()).isEqualTo("POST /api/policies/{policy_id}/versions");
    assertThat(http.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);
    assertThat(hex(http.getParentSpanId())).isEqualTo(CALLERS_SPAN);
    assertThat(attributes(http)).containsEntry("http.response.status_code", "201");
    assertThat(statements(spans)).anyMatch(sql -> sql.startsWith("insert into policy."));
    assertThat(spans.toString())
        .doesNotContain("secret-1")
        .doesNotContain(String.valueOf(admin.credential()));
  }

  @Test
  void whatTheServerAsksOfItselfIsNoTrace() {
    int before = named(OtlpReceiver.all(), "GET").size();
    assertThat(warmUp.run()).isEqualTo(WarmUp.CALLS);
    traced(Api.ofNewOrganization()).get("/api/users/me/").expect(200);
    OtlpReceiver.spansOf(trace, all -> !named(all, "GET ").isEmpty());
    assertThat(named(OtlpReceiver.all(), "GET")).hasSizeLessThan(before + 10);
  }

  @Test
  void whatIsDeliveredAfterTheAnswerBelongsToTheTraceOfItsWriter() {
    Api admin = Api.ofNewOrganization();
    EnrolledDevice device = EnrolledDevice.in(admin);
    traced(admin).delete("/api/devices/" + device.id() + "/token/").expect(204);

    List<Span> spans =
        OtlpReceiver.spansOf(
            trace, all -> !named(all, "DELETE ").isEmpty() && !named(all, "outbox ").isEmpty());
    Span http = only(spans, "DELETE ");
    Span outbox = only(spans, "outbox ");
    Map<String, Span> byId =
        spans.stream().collect(Collectors.toMap(span -> hex(span.getSpanId()), span -> span));
    Span writer = requireNonNull(byId.get(hex(outbox.getParentSpanId())));
    assertThat(outbox.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_CONSUMER);
    assertThat(writer.getName()).isEqualTo("transaction");
    assertThat(hex(writer.getParentSpanId())).isEqualTo(hex(http.getSpanId()));
    assertThat(statements(spans)).anyMatch(sql -> sql.startsWith("insert into platform.outbox"));
    assertThat(spans.toString()).doesNotContain(String.valueOf(device.self().credential()));
  }

  private static Span only(List<Span> spans, String prefix) {
    List<Span> found = spans.stream().filter(span -> span.getName().startsWith(prefix)).toList();
    assertThat(found).hasSize(1);
    return found.getFirst();
  }

  private static Set<String> statements(List<Span> spans) {
    return spans.stream()
        .map(span -> attributes(span).getOrDefault("db.query.text", ""))
        .collect(Collectors.toSet());
  }

  private static Map<String, String> attributes(Span span) {
    return span.getAttributesList().stream()
        .collect(
            Collectors.toMap(
                KeyValue::getKey,
                attribute ->
                    attribute.getValue().hasIntValue()
                        ? Long.toString(attribute.getValue().getIntValue())
                        : attribute.getValue().getStringValue()));
  }

  @Test
  void theCheckOfTheCredentialBelongsToTheTrace() {
    traced(Api.with("mt_unknown")).get("/api/devices/").expect(401);
    List<Span> spans = OtlpReceiver.spansOf(trace, all -> !named(all, "GET").isEmpty());
    assertThat(named(spans, "GET")).containsExactly("GET");
  }

  @Test
  void aTraceThatTheCallerDoesNotKeepIsNotKeptHere() {
    String flagless = "00-" + trace + "-" + CALLERS_SPAN + "-00";
    Api.home().withHeader("traceparent", flagless).get("/api/users/me/").expect(200);
    traced(Api.home()).get("/api/info/").expect(200);
    List<Span> spans = OtlpReceiver.spansOf(trace, all -> !named(all, "GET").isEmpty());
    assertThat(named(spans, "GET")).containsExactly("GET /api/info");
  }

  @Test
  void whatIsNoTraceparentBeginsATraceOfItsOwn() {
    for (String bad : List.of("x", "00-" + "0".repeat(32) + "-" + CALLERS_SPAN + "-01", "é")) {
      Api.anonymous().withHeader("traceparent", bad).get("/api/info/").expect(200);
    }
  }

  @Test
  void theRunOfAJobIsATraceWithItsStatements() {
    OtlpReceiver.spansOf(jobTrace(), all -> !named(all, "transaction").isEmpty());
  }

  private static String jobTrace() {
    long end = System.nanoTime() + 30_000_000_000L;
    while (System.nanoTime() < end) {
      List<Span> all = OtlpReceiver.all();
      for (Span job : all) {
        boolean worked =
            job.getName().startsWith("job ")
                && all.stream().anyMatch(span -> span.getParentSpanId().equals(job.getSpanId()));
        if (worked) {
          assertThat(job.getParentSpanId().isEmpty()).isTrue();
          return hex(job.getTraceId());
        }
      }
    }
    throw new AssertionError("no job ran in a trace");
  }
}
