package dev.muster.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.agent.core.AgentState;
import dev.muster.agent.core.AgentStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateTest {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path directory;

  @Test
  void anAgentKeepsItsHardwareIdFromItsFirstStart() throws IOException {
    AgentState first = inFolder(folder -> new StateFile(folder).load());
    AgentState second = inFolder(folder -> new StateFile(folder).load());
    assertThat(second).isEqualTo(first);
    assertThat(first.deviceId()).isNull();
  }

  @Test
  void whatIsSavedIsLoadedAndOnlyTheOwnerMayReadIt() throws IOException {
    AgentState state = new AgentState("hw", "d1", "md_secret", 42, "command-secret");
    AgentState loaded =
        inFolder(folder -> {
          new StateFile(folder).save(new AgentState("hw", null, null, 0, null));
          new StateFile(folder).save(state);
          return new StateFile(folder).load();
        });
    assertThat(loaded).isEqualTo(state);
    assertThat(files()).containsExactlyInAnyOrder("agent.json", "lock");
    assertThat(permissions("agent.json")).isEqualTo("rw-------");
  }

  @Test
  void aDamagedFileIsNamedAndNotReplaced() throws IOException {
    Files.writeString(directory.resolve("agent.json"), "{\"hardwareId\":");
    assertThatThrownBy(() -> inFolder(folder -> new StateFile(folder).load()))
        .hasMessageContaining("agent.json is damaged");
    assertThat(Files.readString(directory.resolve("agent.json"))).isEqualTo("{\"hardwareId\":");
  }

  @Test
  void aFolderBelongsToOneProcess() throws IOException {
    try (StateFolder _ = StateFolder.open(directory)) {
      assertThatThrownBy(() -> StateFolder.open(directory))
          .hasMessageContaining("is in use by another agent");
    }
    StateFolder.open(directory).close();
  }

  @Test
  void aFleetIsKeptInOneFileThatOnlyTheOwnerMayRead() throws IOException {
    AgentState enrolled =
        inJournal(journal -> {
          AgentStore store = journal.store(7);
          AgentState fresh = store.load();
          AgentState state = new AgentState(fresh.hardwareId(), "d7", "md_7", 1, null);
          store.save(state);
          assertThat(store.load()).isEqualTo(state);
          return state;
        });
    assertThat(loaded(7)).isEqualTo(enrolled);
    assertThat(files()).containsExactlyInAnyOrder("fleet.jsonl", "lock");
    assertThat(permissions("fleet.jsonl")).isEqualTo("rw-------");
  }

  @Test
  void hardwareIdsAreKeptEvenWhenNothingWasSaved() throws IOException {
    String first = loaded(1).hardwareId();
    assertThat(loaded(1).hardwareId()).isEqualTo(first);
    assertThat(loaded(2).hardwareId()).isNotEqualTo(first);
  }

  @Test
  void aLineThatACrashCutOffCostsNothingButItself() throws IOException {
    inJournal(journal -> {
      save(journal, 1, "d1");
      save(journal, 2, "d2");
      return "";
    });
    Files.writeString(
        directory.resolve("fleet.jsonl"), "{\"deviceId\":\"d3\",\"hard", StandardOpenOption.APPEND);
    assertThat(loaded(1).deviceId()).isEqualTo("d1");
    assertThat(loaded(2).deviceId()).isEqualTo("d2");
    assertThat(loaded(3).deviceId()).isNull();
  }

  @Test
  void aLongFileIsShortenedAndStillTakesStates() throws IOException {
    inJournal(journal -> {
      for (int i = 0; i < 3000; i++) {
        save(journal, 1, "d" + i);
      }
      journal.compact();
      save(journal, 2, "last");
      return "";
    });
    List<String> lines = Files.readAllLines(directory.resolve("fleet.jsonl"));
    assertThat(lines).hasSize(3);
    assertThat(lines.get(1)).contains("d2999");
    assertThat(lines.get(2)).contains("last");
  }

  private static void save(FleetJournal journal, int number, String deviceId) throws IOException {
    AgentStore store = journal.store(number);
    store.save(new AgentState(store.load().hardwareId(), deviceId, "md_" + deviceId, 0, null));
  }

  private AgentState loaded(int number) throws IOException {
    return inJournal(journal -> journal.store(number).load());
  }

  private interface InFolder<T> {
    T run(StateFolder folder) throws IOException;
  }

  private interface InJournal<T> {
    T run(FleetJournal journal) throws IOException;
  }

  private <T> T inFolder(InFolder<T> work) throws IOException {
    try (StateFolder folder = StateFolder.open(directory)) {
      return work.run(folder);
    }
  }

  private <T> T inJournal(InJournal<T> work) throws IOException {
    return inFolder(folder -> {
      try (FleetJournal journal = FleetJournal.open(folder)) {
        return work.run(journal);
      }
    });
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private String permissions(String file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(file)));
  }
}
