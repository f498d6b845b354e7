package dev.muster.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.muster.fleet.DeviceManagementServiceGrpc;
import dev.muster.fleet.GetServerInfoRequest;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.Grpc;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Holds the page of metrics, the dashboard and the rules of Prometheus against a running server.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // set before each test
class MetricsTest {
  private static final Path ROOT = Path.of("..");
  private static final int MOST_LOOKS = 1_000;

  /// What has no value before it has happened once.
  private static final Set<String> AFTER_USE =
      Set.of(
          "jvm_gc_pause_seconds",
          "muster_actions_seconds",
          "muster_dispatches_total",
          "muster_dispatch_latency_seconds",
          "muster_alerts_total",
          "muster_notifications_total",
          "muster_heartbeats_refused_total");

  /// Of rooms that are not there yet.
  private static final Set<String> TO_COME =
      Set.of("muster_archive_failures_total", "muster_archive_capped_total");

  private static final Pattern NAME =
      Pattern.compile("\\b(?:muster|http|jvm|process|system)_[a-z0-9_]+");
  private static final Pattern SAMPLE = Pattern.compile("(?m)^([a-z0-9_]+)[{ ]");
  private static final Pattern FAMILY = Pattern.compile("(?m)^# TYPE (muster_[a-z0-9_]+) (\\w+)");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `(muster_[a-z0-9_]+)` \\|");

  String metrics;

  /// The sizes of tables are looked at when the server starts, by a thread of their own.
  @BeforeEach
  void use() {
    Api.ofNewOrganization().get("/api/devices/").expect(200);
    var _ =
        DeviceManagementServiceGrpc.newBlockingStub(Grpc.channel())
            .getServerInfo(GetServerInfoRequest.getDefaultInstance());
    for (int i = 0; i < MOST_LOOKS; i++) {
      metrics = Api.anonymous().get("/metrics").expect(200).text();
      if (metrics.contains("muster_table_bytes{")) {
        return;
      }
    }
    throw new AssertionError("no table was measured");
  }

  private static Set<String> found(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .results()
        .map(MetricsTest::name)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /// A counter is introduced without the end of its name.
  private static String name(MatchResult result) {
    return switch (result.groupCount()) {
      case 0 -> result.group();
      case 1 -> result.group(1);
      default -> result.group(1) + (result.group(2).equals("counter") ? "_total" : "");
    };
  }

  private static String read(String file) throws IOException {
    return Files.readString(ROOT.resolve(file));
  }

  private static boolean isExcused(String name) {
    String family = name.replaceFirst("_(bucket|count|sum)$", "");
    return AFTER_USE.contains(family) || TO_COME.contains(family);
  }

  private void areServed(Set<String> names) {
    Set<String> served = found(SAMPLE, metrics);
    assertThat(names).isNotEmpty();
    assertThat(names).filteredOn(name -> !isExcused(name)).isSubsetOf(served);
  }

  @Test
  void everyMetricOfTheDashboardIsServed() throws IOException {
    JsonNode dashboard = new ObjectMapper().readTree(read("deploy/grafana/muster.json"));
    Set<String> names = new TreeSet<>();
    dashboard.findValuesAsText("expr").forEach(expression -> names.addAll(found(NAME, expression)));
    areServed(names);
    assertThat(names)
        .as("each metric of ours is shown")
        .containsAll(
            found(ROW, read("docs/metrics.md")).stream()
                .filter(name ->
                    dashboard.findValuesAsText("expr").stream()
                        .noneMatch(expression -> expression.contains(name)))
                .filter(name -> !isDetail(name))
                .toList());
  }

  /// What one looks at after something else has shown that it is worth it.
  private static boolean isDetail(String name) {
    return name.startsWith("muster_archive_")
        || name.startsWith("muster_notifications_")
        || name.equals("muster_heartbeats_refused_total")
        || name.equals("muster_telemetry_repairs_total")
        || name.equals("muster_ingest_queue_bytes");
  }

  @Test
  void everyMetricOfTheRulesIsServed() throws IOException {
    areServed(
        found(
            NAME,
            read("deploy/prometheus/alerts.yml")
                .lines()
                .filter(line -> line.contains("expr:"))
                .collect(Collectors.joining("\n"))));
  }

  @Test
  void thePageNamesWhatIsServedAndNothingElse() throws IOException {
    Set<String> rows = found(ROW, read("docs/metrics.md"));
    Set<String> served = found(FAMILY, metrics);
    served.removeIf(
        name -> name.endsWith("_max") && served.contains(name.replaceFirst("_max$", "")));
    assertThat(served).isSubsetOf(rows);
    assertThat(rows).filteredOn(name -> !isExcused(name)).isSubsetOf(served);
  }

  @Test
  void requestsAndCallsHaveADozenBucketsAndRoutesAreTemplates() {
    assertThat(metrics)
        .containsPattern(
            "http_server_requests_seconds_bucket\\{.*uri=\"/api/devices\".*le=\"0.005\".*} [0-9]")
        .containsPattern("muster_rpc_seconds_bucket\\{code=\"OK\",method=.*le=\"0.15\",?} [0-9]");
    assertThat(
            found(
                    Pattern.compile("muster_rpc_seconds_bucket\\{code=\"OK\",.*le=\"([^\"]+)\""),
                    metrics)
                .size())
        .isBetween(10, 20);
  }
}
