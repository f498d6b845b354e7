package dev.muster.server.platform;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.FixedDelay;
import dev.muster.server.platform.RecurringJob.JobClass;
import io.opentelemetry.api.trace.SpanKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.sql.DataSource;

/// Runs the [recurring jobs][RecurringJob] of all rooms on db-scheduler: durable, one worker at a
/// time, taken over when a worker dies. A server without the role `worker` never starts it.
public final class Jobs implements AutoCloseable {
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration HEARTBEAT = Duration.ofSeconds(2);

  private final List<Scheduler> schedulers = new ArrayList<>();

  public Jobs(DataSource dataSource, List<RecurringJob> jobs, Tracing tracing) {
    for (JobClass jobClass : JobClass.values()) {
      List<RecurringTask<Void>> tasks =
          jobs.stream()
              .filter(job -> job.jobClass() == jobClass)
              .map(job -> task(job, tracing))
              .toList();
      if (!tasks.isEmpty()) {
        schedulers.add(scheduler(dataSource, jobClass, tasks));
      }
    }
  }

  private static RecurringTask<Void> task(RecurringJob job, Tracing tracing) {
    return Tasks.recurring(job.name(), FixedDelay.of(job.every()))
        .execute((_, _) -> {
          var _ = tracing.fresh(SpanKind.INTERNAL, "job " + job.name(), () -> ran(job));
        });
  }

  private static RecurringJob ran(RecurringJob job) {
    job.run();
    return job;
  }

  private static Scheduler scheduler(
      DataSource dataSource, JobClass jobClass, List<RecurringTask<Void>> tasks) {
    String name = jobClass.name().toLowerCase(Locale.ROOT);
    return Scheduler.create(dataSource)
        .startTasks(tasks)
        .tableName("platform.job_" + name)
        .threads(threads(jobClass))
        .pollingInterval(POLL)
        .heartbeatInterval(HEARTBEAT)
        .missedHeartbeatsLimit(4)
        .shutdownMaxWait(Duration.ofSeconds(5))
        .build();
  }

  private static int threads(JobClass jobClass) {
    return switch (jobClass) {
      case COMMAND -> 6;
      case WAKE, MAINTAIN -> 2;
    };
  }

  public void start() {
    schedulers.forEach(Scheduler::start);
  }

  @Override
  public void close() {
    schedulers.forEach(Scheduler::stop);
    schedulers.clear();
  }
}
