package dev.muster.server.watch;

import dev.muster.server.platform.RecurringJob;
import dev.muster.server.platform.Refusal;
import io.quarkus.logging.Log;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/// Has statuses follow: at once after a commit on this node, and each second what is left.
@Singleton
public class PresenceJob implements RecurringJob {
  private final Presence presence;

  /// How often it was asked for since the present follower began; 0 while there is none.
  private final AtomicInteger asked = new AtomicInteger();

  PresenceJob(Presence presence) {
    this.presence = presence;
  }

  void start(@Observes StartupEvent event) {
    presence.onCommit(this::ask);
  }

  private void ask() {
    if (asked.getAndIncrement() == 0) {
      Thread.ofVirtual().name("presence").start(this::followAsked);
    }
  }

  /// One at a time: several would find the same devices due, and wait for each other to do the same
  /// again. Whoever asks meanwhile has it begin once more.
  private void followAsked() {
    int asks;
    do {
      asks = asked.get();
      try {
        presence.follow();
      } catch (Refusal refusal) {
        Log.debugf("Statuses follow a little later: %s", refusal.getMessage());
      } catch (RuntimeException failure) {
        Log.warn("Statuses follow a little later", failure);
      } catch (Error fatal) {
        asked.set(0); // or nobody would follow on this node again
        throw fatal;
      }
    } while (!asked.compareAndSet(asks, 0));
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
    if (asked.getAndIncrement() == 0) {
      followAsked();
    }
  }
}
