package dev.muster.agent;

import dev.muster.agent.core.AgentState;
import dev.muster.agent.core.AgentStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.UUID;

/// The state of one agent in one file, `agent.json`.
final class StateFile implements AgentStore {
  private static final String NAME = "agent.json";

  private final StateFolder folder;

  StateFile(StateFolder folder) {
    this.folder = folder;
  }

  @Override
  public AgentState load() throws IOException {
    Path file = folder.file(NAME);
    String text;
    try {
      text = Files.readString(file);
    } catch (NoSuchFileException _) {
      AgentState state = AgentState.of(UUID.randomUUID().toString());
      save(state);
      return state;
    }
    try {
      return StateText.read(text);
    } catch (IOException e) {
      throw new IOException(file + " is damaged; delete it to enroll as a new device", e);
    }
  }

  @Override
  public void save(AgentState state) throws IOException {
    folder.replace(NAME, StateText.write(state) + "\n");
  }
}
