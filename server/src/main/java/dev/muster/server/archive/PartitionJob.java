package dev.muster.server.archive;

import dev.muster.server.platform.RecurringJob;
import jakarta.inject.Singleton;
import java.time.Duration;

/// Makes partitions ahead of time.
@Singleton
public class PartitionJob implements RecurringJob {
  private final Partitions partitions;

  PartitionJob(Partitions partitions) {
    this.partitions = partitions;
  }

  @Override
  public String name() {
    return "make-partitions";
  }

  @Override
  public JobClass jobClass() {
    return JobClass.MAINTAIN;
  }

  @Override
  public Duration every() {
    return Duration.ofHours(1);
  }

  @Override
  public void run() {
    partitions.prepare();
  }
}
