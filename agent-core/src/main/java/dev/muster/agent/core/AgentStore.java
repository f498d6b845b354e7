package dev.muster.agent.core;

import java.io.IOException;

/// Where an agent keeps what must outlive its process.
public interface AgentStore {

  /// What was saved last; a new state with a new hardware id the first time.
  AgentState load() throws IOException;

  /// Replaces the state: when this returns a crash brings back this state, and during it the one
  /// before or this one, never a mixture.
  void save(AgentState state) throws IOException;
}
