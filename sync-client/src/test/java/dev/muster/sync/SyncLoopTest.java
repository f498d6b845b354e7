package dev.muster.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.agent.core.AgentClock;
import dev.muster.agent.core.Bell;
import dev.muster.agent.core.Transport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SyncLoopTest {
  private static final String PAGE =
      """
      {"tasks": [], "comments": [], "tombstones": [], "hasMore": false, "timestamp": 1, "epoch": "e"}
      """;

  @TempDir private Path folder;

  /// A clock that does not wait, notes what it was asked for, and stops the loop after some waits.
  private static final class Waits implements AgentClock {
    private final List<String> asked = new ArrayList<>();
    private final int most;

    Waits(int most) {
      this.most = most;
    }

    @Override
    public Instant now() {
      return Instant.EPOCH;
    }

    @Override
    public void await(Bell bell, Duration limit) throws InterruptedException {
      noted("bell or " + limit);
    }

    @Override
    public void sleep(Duration time) throws InterruptedException {
      noted(String.valueOf(time));
    }

    private void noted(String wait) throws InterruptedException {
      asked.add(wait);
      if (asked.size() == most) {
        throw new InterruptedException();
      }
    }
  }

  private List<String> waits(int most, IntFunction<Transport.Reply> server) throws IOException {
    Waits clock = new Waits(most);
    int[] calls = {0};
    Transport transport =
        request -> {
          Transport.Reply reply = server.apply(calls[0]++);
          if (reply.status() == 0) {
            throw new IOException("no network");
          }
          return reply;
        };
    try (SqliteStore store = SqliteStore.open(folder.resolve("tasks.db"))) {
      SyncClient client = new SyncClient(store, "device", transport, clock, SyncListener.NONE);
      new SyncLoop(client, clock, Duration.ofMinutes(5), () -> 0.5, failed -> {}).run();
    }
    assertThat(Thread.interrupted()).isTrue();
    return clock.asked;
  }

  private static Transport.Reply reply(int status, String body) {
    return new Transport.Reply(status, Map.of(), body);
  }

  @Test
  void itWaitsForTheIntervalOrTheBell() throws IOException {
    assertThat(waits(2, call -> reply(200, PAGE))).containsExactly("bell or PT5M", "bell or PT5M");
  }

  @Test
  void afterFailuresItWaitsLongerEachTimeAndBellsDoNotHelp() throws IOException {
    assertThat(waits(4, call -> call < 3 ? reply(0, "") : reply(200, PAGE)))
        .containsExactly("PT1S", "PT2S", "PT4S", "bell or PT5M");
  }

  @Test
  void whatTheServerAsksForIsKeptTo() throws IOException {
    Transport.Reply busy = new Transport.Reply(503, Map.of("Retry-After", "30"), "{}");
    assertThat(waits(1, call -> busy)).containsExactly("PT31S");
  }

  @Test
  void aServerThatMakesNoSenseIsAFailure() throws IOException {
    assertThat(waits(3, call -> reply(200, call == 0 ? "<html>" : call == 1 ? "{}" : PAGE)))
        .containsExactly("PT1S", "PT2S", "bell or PT5M");
  }
}
