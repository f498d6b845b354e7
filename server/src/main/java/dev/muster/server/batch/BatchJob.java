package dev.muster.server.batch;

import dev.muster.server.action.ActionType;
import dev.muster.server.action.BatchActions;
import dev.muster.server.action.NewAction;
import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.Devices;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.RecurringJob;
import dev.muster.server.platform.Refusal;
import io.quarkus.logging.Log;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Handle;

/// Makes the actions of batches, and cancels those of batches that are cancelled: a chunk of each
/// batch in turn, so that a large one does not hold up a small one. Each chunk is a transaction
/// that holds the batch's row, so several workers do nothing twice.
@Singleton
public class BatchJob implements RecurringJob {
  private static final int MOST_AT_ONCE = 100;

  private final Database database;
  private final Devices devices;
  private final BatchActions actions;
  private final InstantSource clock;
  private final Executor starter;

  /// Those that the loop which they began has not taken up yet; 0 when none is under way.
  private final AtomicInteger nudges = new AtomicInteger();

  @Inject
  BatchJob(Database database, Devices devices, BatchActions actions, InstantSource clock) {
    this(database, devices, actions, clock, run -> Thread.ofVirtual().name("batches").start(run));
  }

  /// @param starter of what a nudge begins
  BatchJob(
      Database database,
      Devices devices,
      BatchActions actions,
      InstantSource clock,
      Executor starter) {
    this.starter = starter;
    this.database = database;
    this.devices = devices;
    this.actions = actions;
    this.clock = clock;
  }

  @Override
  public String name() {
    return "batches";
  }

  @Override
  public JobClass jobClass() {
    return JobClass.COMMAND;
  }

  @Override
  public Duration every() {
    return Duration.ofSeconds(1);
  }

  /// Begins now, on a thread of its own, without waiting for the next run. However many nudge, one
  /// loop works on this node, and runs again for who came meanwhile.
  void nudge() {
    if (nudges.getAndIncrement() == 0) {
      starter.execute(this::loop);
    }
  }

  private void loop() {
    int seen;
    do {
      seen = nudges.get();
      try {
        run();
      } catch (RuntimeException | Error failure) {
        Log.warn("The next run of the job goes on with the batches", failure);
      }
    } while (!nudges.compareAndSet(seen, 0));
  }

  @Override
  public void run() {
    boolean more;
    do {
      more = false;
      for (BatchStore.Open open :
          database.acrossOrganizations(handle -> BatchStore.open(handle, MOST_AT_ONCE))) {
        more |= step(open);
      }
    } while (more && !Thread.currentThread().isInterrupted());
  }

  /// Says whether there is more to do now.
  private boolean step(BatchStore.Open open) {
    try {
      return database.in(
          open.organization(),
          handle ->
              BatchStore.tryLock(handle, open.organization(), open.id())
                  .filter(batch -> batch.doneAt() == null)
                  .map(batch ->
                      batch.cancelledAt() == null
                          ? expand(handle, open.organization(), batch)
                          : cancel(handle, open.organization(), batch))
                  .orElse(false));
    } catch (RuntimeException failure) {
      Log.warnf(failure, "Batch %s is looked at again", open.id());
      return false;
    }
  }

  private boolean expand(Handle handle, OrganizationId organization, Batch batch) {
    List<DeviceId> chunk = BatchStore.takeChunk(handle, organization, batch.id());
    if (chunk.isEmpty()) {
      BatchStore.done(handle, organization, batch.id(), clock.instant());
      return false;
    }
    int refused = 0;
    for (DeviceId device : chunk) {
      refused += isGiven(handle, organization, batch, device) ? 0 : 1;
    }
    BatchStore.expanded(handle, organization, batch.id(), chunk.size(), refused);
    return true;
  }

  private boolean isGiven(Handle handle, OrganizationId organization, Batch batch, DeviceId id) {
    Device device;
    try {
      device = devices.hold(handle, organization, id.toString());
    } catch (Refusal _) {
      return false; // erased meanwhile
    }
    try {
      var _ =
          actions.initiate(
              handle,
              new Caller.Server(organization, name()),
              device,
              forOne(batch.request(), device),
              batch.id());
      return true;
    } catch (Refusal refusal) {
      BatchStore.refuse(handle, organization, batch.id(), id, refusal);
      return false;
    }
  }

  /// What was confirmed for all is confirmed for each.
  private static NewAction forOne(NewAction request, Device device) {
    if (request.type() != ActionType.WIPE) {
      return request;
    }
    Map<String, String> params = new HashMap<>(request.params());
    params.put("confirm", device.handle());
    return request.with(params);
  }

  private boolean cancel(Handle handle, OrganizationId organization, Batch batch) {
    String reason = batch.cancelReason();
    int cancelled =
        actions.cancelSome(
            handle,
            organization,
            batch.id(),
            reason == null || reason.isBlank()
                ? "The batch was cancelled."
                : "The batch was cancelled: " + reason,
            Batches.CHUNK);
    if (cancelled == 0) {
      BatchStore.done(handle, organization, batch.id(), clock.instant());
    }
    return cancelled > 0;
  }
}
