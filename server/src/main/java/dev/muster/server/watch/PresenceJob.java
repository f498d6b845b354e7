package dev.muster.server.watch;

import dev.muster.server.platform.RecurringJob;
import dev.muster.server.platform.Refusal;
import io.quarkus.logging.Log;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/// Has statuses follow: at once after a commit on this node, and each second what is left.
@Singleton
public class PresenceJob implements RecurringJob {
  private final Presence presence;
  private final AtomicBoolean asked = new AtomicBoolean();

  PresenceJob(Presence presence) {
    this.presence = presence;
  }

  void start(@Observes StartupEvent event) {
    presence.onCommit(this::ask);
  }

  private void ask() {
    if (asked.compareAndSet(false, true)) {
      Thread.ofVirtual().name("presence").start(this::followAsked);
    }
  }

  private void followAsked() {
    // first: what is committed from here on asks anew
    asked.set(false);
    try {
      presence.follow();
    } catch (Refusal refusal) {
      Log.debugf("Statuses follow a little later: %s", refusal.getMessage());
    } catch (RuntimeException failure) {
      Log.warn("Statuses follow a little later", failure);
    }
  }

  @Override
  public String name() {
    return Presence.JOB;
  }

  @Override
  public JobClass jobClass() {
    return JobClass.COMMAND;
  }

  @Override
  public Duration every() {
    return Duration.ofSeconds(1);
  }

  @Override
  public void run() {
    presence.follow();
  }
}
