package dev.muster.server.watch;

import dev.muster.server.alert.RuleKind;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// An event could not be handed on for good, or a job keeps failing.
@Singleton
public class JobTrouble implements ServerTrouble {
  @Override
  public RuleKind kind() {
    return RuleKind.JOB_DEAD;
  }

  @Override
  public Optional<String> problem(Handle handle) {
    List<String> sentences = new ArrayList<>();
    long dead = JobTroubleStore.deadEvents(handle);
    if (dead > 0) {
      sentences.add(
          "%d events could not be handed on and are kept in the outbox; see the log for why."
              .formatted(dead));
    }
    List<String> failing = JobTroubleStore.failing(handle);
    if (!failing.isEmpty()) {
      sentences.add(
          "These jobs have failed at least %d times in a row: %s; see the log for why."
              .formatted(JobTroubleStore.OFTEN, String.join(", ", failing)));
    }
    return sentences.isEmpty() ? Optional.empty() : Optional.of(String.join(" ", sentences));
  }
}
