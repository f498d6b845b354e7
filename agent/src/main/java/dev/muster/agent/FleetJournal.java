package dev.muster.agent;

import dev.muster.agent.core.AgentState;
import dev.muster.agent.core.AgentStore;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/// The states of a whole simulated fleet in one file, `fleet.jsonl`: a line is a state, and the
/// last one of a hardware id counts. Ten thousand devices then cost one file and one sequential
/// write.
///
/// A line is not forced to disk. A power cut may lose the newest ones, which costs nothing here:
/// the hardware ids are durable from the start, and with them a device enrolls as the same device
/// again.
final class FleetJournal implements AutoCloseable {
  private static final String NAME = "fleet.jsonl";

  private final StateFolder folder;
  private final Map<String, AgentState> states;
  private final String fleetId;

  /// A stream and not a channel: a channel closes itself when a thread that uses it is interrupted,
  /// and that is how a device is switched off.
  private FileOutputStream file;

  private int lines;

  private FleetJournal(StateFolder folder, String fleetId, Map<String, AgentState> states)
      throws IOException {
    this.folder = folder;
    this.fleetId = fleetId;
    this.states = states;
    this.file = rewrite();
  }

  static FleetJournal open(StateFolder folder) throws IOException {
    Path file = folder.file(NAME);
    Map<String, AgentState> states = new HashMap<>();
    String fleetId = UUID.randomUUID().toString().substring(0, 8);
    if (Files.exists(file)) {
      List<String> lines = Files.readAllLines(file);
      if (!lines.isEmpty()) {
        fleetId = lines.getFirst();
      }
      for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
        try {
          AgentState state = StateText.read(line);
          states.put(state.hardwareId(), state);
        } catch (IOException _) {
          // The last line may be cut off by a crash; its device enrolls again.
        }
      }
    }
    return new FleetJournal(folder, fleetId, states);
  }

  /// The store of the device with this number.
  AgentStore store(int number) {
    String hardwareId = "sim-" + fleetId + "-" + number;
    return new AgentStore() {
      @Override
      public AgentState load() {
        return stateOf(hardwareId);
      }

      @Override
      public void save(AgentState state) throws IOException {
        append(state);
      }
    };
  }

  private synchronized AgentState stateOf(String hardwareId) {
    return states.getOrDefault(hardwareId, AgentState.of(hardwareId));
  }

  private synchronized void append(AgentState state) throws IOException {
    states.put(state.hardwareId(), state);
    file.write((StateText.write(state) + "\n").getBytes(StandardCharsets.UTF_8));
    lines++;
  }

  /// Drops the lines that no longer count once most of them do not.
  synchronized void compact() throws IOException {
    if (lines > 4 * states.size() + 1000) {
      FileOutputStream shorter = rewrite();
      file.close();
      file = shorter;
    }
  }

  /// Writes the file anew with one line a device, and opens it to be continued.
  private FileOutputStream rewrite() throws IOException {
    folder.replace(NAME, fleetId + "\n" + text(states.values()));
    lines = 0;
    return new FileOutputStream(folder.file(NAME).toFile(), true);
  }

  private static String text(Collection<AgentState> states) {
    return states.stream()
        .map(state -> StateText.write(state) + "\n")
        .collect(Collectors.joining());
  }

  @Override
  public synchronized void close() throws IOException {
    file.close();
  }
}
