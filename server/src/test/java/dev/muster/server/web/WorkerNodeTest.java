package dev.muster.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.testing.Api;
import dev.muster.server.testing.ServerUnderTest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.logging.Formatter;
import java.util.logging.Level;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.handlers.ConsoleHandler;
import org.junit.jupiter.api.Test;

/// A node that only runs jobs, and writes its log as JSON.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@TestProfile(WorkerNodeTest.Worker.class)
class WorkerNodeTest {
  public static final class Worker implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "muster.roles",
          "worker",
          "quarkus.log.console.json.enabled", // as ServerCommand does for muster.log-format=json
          "true");
    }
  }

  @Test
  void itAnswersNothingButHealth() {
    for (String path : new String[] {"/api/auth/login/", "/v1/register", "/docs", "/none"}) {
      Api.Answer refused = Api.anonymous().post(path, "{}");
      assertThat(refused.status()).as(path).isIn(401, 503);
      if (refused.status() == 503) {
        assertThat(refused.at("detail")).contains("only runs jobs");
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
      }
    }
    Api.anonymous().post("/api/auth/login/", "{}").expect(503);
    Api.anonymous().get("/docs").expect(503);
    for (String path :
        new String[] {"/health", "/healthz/", "/api/health/", "/api/info", "/metrics"}) {
      Api.anonymous().get(path).expect(200);
    }
  }

  @Test
  void itOpensNoPortForGrpc() {
    Api.Answer info = Api.anonymous().get("/api/info").expect(200);
    assertThat(info.keys("")).contains("grpc_port");
    assertThat(info.node("grpc_port").isNull()).isTrue();
  }

  @Test
  void aLogLineIsOneJsonObjectWithTheFieldsOfItsContext() throws IOException {
    Formatter formatter =
        Arrays.stream(
                io.quarkus.bootstrap.logging.InitialConfigurator.DELAYED_HANDLER.getHandlers())
            .filter(ConsoleHandler.class::isInstance)
            .findFirst()
            .orElseThrow()
            .getFormatter();
    ExtLogRecord entry = new ExtLogRecord(Level.INFO, "two\nlines \"quoted\"", "WorkerNodeTest");
    entry.setLoggerName("muster.access");
    entry.setMdc(Map.of("request_id", "r-1", "status", "200"));
    entry.setThrown(new IOException("with a trace"));
    String line = formatter.format(entry);

    assertThat(line.strip()).doesNotContain("\n");
    var json = new com.fasterxml.jackson.databind.ObjectMapper().readTree(line);
    assertThat(json.at("/message").asText()).isEqualTo("two\nlines \"quoted\"");
    assertThat(json.at("/level").asText()).isEqualTo("INFO");
    assertThat(json.at("/logger").asText()).isEqualTo("muster.access");
    assertThat(json.at("/context/request_id").asText()).isEqualTo("r-1");
    assertThat(json.at("/context/status").asText()).isEqualTo("200");
    assertThat(json.at("/stackTrace").asText()).contains("with a trace");
    assertThat(json.at("/timestamp").asText()).isNotEmpty();
  }
}
