package dev.muster.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.agent.CommandDatabase.Durability;
import dev.muster.agent.core.Command;
import dev.muster.agent.core.CommandRecord;
import dev.muster.agent.core.CommandRecord.Stage;
import dev.muster.agent.core.CommandResult;
import dev.muster.agent.core.CommandStore;
import dev.muster.agent.core.Heartbeat;
import dev.muster.agent.core.HeartbeatQueue;
import dev.muster.protocol.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
class CommandDatabaseTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00.123Z");

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path directory;

  private interface Use {
    void with(CommandDatabase database) throws Exception;
  }

  private void open(Use use) throws Exception {
    open(Durability.POWER, use);
  }

  private void open(Durability durability, Use use) throws Exception {
    try (StateFolder folder = StateFolder.open(directory);
        CommandDatabase database = CommandDatabase.open(folder, durability)) {
      use.with(database);
    }
  }

  private static CommandRecord waiting(String request) {
    Command command = new Command(request, "d1", "run_script", Map.of("script", "echo 'ä'\n"));
    return new CommandRecord(command, NOW, Stage.WAITING, null, null);
  }

  private static CommandRecord ended(String request, Stage stage, Instant at) {
    Command command = new Command(request, "d1", "run_script", Map.of());
    CommandResult result =
        CommandResult.success("done").with(Json.obj(Map.of("output", Json.of("ä\n"))));
    return new CommandRecord(command, NOW, stage, result, at);
  }

  @ParameterizedTest
  @EnumSource
  void whatIsSavedIsFoundAfterARestart(Durability durability) throws Exception {
    CommandRecord result = ended("r2", Stage.ENDED, NOW.plusMillis(1));
    open(
        durability,
        database -> {
          database.of("a").save(waiting("r1"));
          database.of("a").save(result);
        });
    open(
        durability,
        database -> {
          CommandStore store = database.of("a");
          assertThat(store.find("r1")).isEqualTo(waiting("r1"));
          assertThat(store.find("r2")).isEqualTo(result);
          assertThat(store.find("r3")).isNull();
        });
  }

  @Test
  void whatIsNotSettledComesInOrderOfArrivalWhateverBecameOfIt() throws Exception {
    open(database -> {
      CommandStore store = database.of("a");
      for (String request : List.of("r3", "r1", "r2", "r4")) {
        store.save(waiting(request));
      }
      store.save(ended("r2", Stage.ENDED, NOW));
      store.save(ended("r1", Stage.ENDED, NOW.plusSeconds(1)));
      store.save(ended("r4", Stage.SETTLED, NOW));
      assertThat(store.unsettled().stream().map(r -> r.command().requestId()))
          .containsExactly("r3", "r1", "r2");
      assertThat(store.nextEnded()).isEqualTo(ended("r1", Stage.ENDED, NOW.plusSeconds(1)));
      store.save(ended("r1", Stage.LEAVING, NOW.plusSeconds(1)));
      assertThat(store.nextEnded()).isEqualTo(ended("r2", Stage.ENDED, NOW));
    });
  }

  @Test
  void devicesOfOneFileKnowNothingOfEachOther() throws Exception {
    open(database -> {
      database.of("a").save(waiting("r1"));
      database.of("b").save(ended("r1", Stage.ENDED, NOW));
      assertThat(database.of("a").unsettled()).containsExactly(waiting("r1"));
      assertThat(database.of("a").nextEnded()).isNull();
      assertThat(database.of("c").unsettled()).isEmpty();
    });
  }

  @Test
  void onlyWhatIsSettledAndOldIsForgotten() throws Exception {
    open(database -> {
      CommandStore store = database.of("a");
      store.save(waiting("r1"));
      store.save(ended("r2", Stage.ENDED, NOW));
      store.save(ended("r3", Stage.SETTLED, NOW));
      store.save(ended("r4", Stage.SETTLED, NOW.plus(Duration.ofHours(1))));
      database.of("b").save(ended("r3", Stage.SETTLED, NOW));
      store.forgetSettled(NOW.plusMillis(1));
      assertThat(store.find("r3")).isNull();
      assertThat(store.find("r4")).isNotNull();
      assertThat(store.unsettled()).hasSize(2);
      assertThat(database.of("b").find("r3")).isNotNull();
    });
  }

  @Test
  void onlyTheOwnerMayReadIt() throws Exception {
    open(database -> {
      database.of("a").save(waiting("r1"));
      try (Stream<Path> files = Files.list(directory)) {
        assertThat(files.filter(file -> file.getFileName().toString().startsWith("queue.db")))
            .hasSize(3)
            .allSatisfy(file ->
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------"));
      }
    });
  }

  @Test
  void aFullDiskIsSaidAndCostsNothingThatWasThere() throws Exception {
    try (StateFolder folder = StateFolder.open(directory);
        CommandDatabase small = CommandDatabase.open(folder, Durability.POWER, 64 * 1024)) {
      CommandStore store = small.of("a");
      store.save(waiting("r1"));
      assertThatThrownBy(
              () -> {
                for (int i = 2; true; i++) {
                  store.save(waiting("r" + i));
                }
              })
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("The disk is full, or the file too large: ")
          .hasMessageContaining("queue.db")
          .hasMessageNotContaining("script");
      assertThat(store.find("r1")).isEqualTo(waiting("r1"));
    }
    open(database -> database.of("a").save(waiting("with room again")));
  }

  @ParameterizedTest
  @EnumSource
  void heartbeatsWaitInOrderThroughARestart(Durability durability) throws Exception {
    open(
        durability,
        database -> {
          for (int i = 0; i < 5; i++) {
            database.heartbeatsOf("a").add(heartbeat("d1", i));
          }
          database.heartbeatsOf("b").add(heartbeat("d2", 9));
          database.heartbeatsOf("a").removeOldest(2);
        });
    open(
        durability,
        database -> {
          HeartbeatQueue queue = database.heartbeatsOf("a");
          assertThat(queue.size()).isEqualTo(3);
          assertThat(queue.oldest(2)).containsExactly(heartbeat("d1", 2), heartbeat("d1", 3));
          queue.removeOldest(3);
          assertThat(queue.size()).isZero();
          assertThat(queue.oldest(1)).isEmpty();
          assertThat(database.heartbeatsOf("b").oldest(9)).containsExactly(heartbeat("d2", 9));
        });
  }

  private static Heartbeat heartbeat(String device, int number) {
    Json.Obj body = Json.obj(Map.of("ssid", Json.of("Café " + number)));
    return new Heartbeat(device, NOW.plusSeconds(number), body);
  }

  @Test
  void aFileThatIsNoDatabaseIsNamed() throws Exception {
    Files.writeString(directory.resolve("queue.db"), "no database, and long enough".repeat(100));
    assertThatThrownBy(() -> open(_ -> {})).hasMessageContaining("queue.db");
  }

  @Test
  void anInterruptionCutsNothingShort() throws Exception {
    open(database -> {
      Thread.currentThread().interrupt();
      database.of("a").save(waiting("r1"));
      assertThat(Thread.interrupted()).isTrue();
      assertThat(database.of("a").find("r1")).isNotNull();
    });
  }

  @Test
  void aWholeFleetWritesAtOnce() throws Exception {
    open(
        Durability.PROCESS,
        database -> {
          try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int device = 0; device < 200; device++) {
              CommandStore store = database.of("device-" + device);
              all.add(
                  threads.submit(() -> {
                    store.save(waiting("r1"));
                    store.save(ended("r1", Stage.ENDED, NOW));
                    assertThat(store.nextEnded()).isNotNull();
                    store.save(ended("r1", Stage.SETTLED, NOW));
                    assertThat(store.unsettled()).isEmpty();
                    return true;
                  }));
            }
            for (Future<?> one : all) {
              one.get();
            }
          }
        });
  }

  @Property(tries = 200)
  void everyTextSurvives(@ForAll String request, @ForAll String value) throws Exception {
    Path folder = Files.createTempDirectory("queue");
    try (StateFolder state = StateFolder.open(folder);
        CommandDatabase database = CommandDatabase.open(state, Durability.PROCESS)) {
      String name =
          request
              .codePoints()
              .filter(c -> c > ' ' && c < 127)
              .limit(20)
              .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
              .toString();
      Command command = new Command("r" + name, "d1", "a", Map.of("p", value));
      CommandRecord saved = new CommandRecord(command, NOW, Stage.WAITING, null, null);
      database.of("a").save(saved);
      assertThat(database.of("a").find("r" + name)).isEqualTo(saved);
    } finally {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    }
  }
}
