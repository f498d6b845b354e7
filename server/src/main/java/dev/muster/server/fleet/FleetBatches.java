package dev.muster.server.fleet;

import dev.muster.fleet.BatchInitiateDeviceActionRequest;
import dev.muster.fleet.BatchInitiateDeviceActionResponse;
import dev.muster.server.action.NewAction;
import dev.muster.server.batch.Batch;
import dev.muster.server.batch.Batches;
import dev.muster.server.batch.Selector;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Refusal;
import jakarta.inject.Singleton;

/// One action for many devices, over gRPC.
@Singleton
final class FleetBatches {
  private static final int MOST_DEVICES = 1_000;
  private static final int MOST_GROUPS = 100;

  private final Batches batches;

  FleetBatches(Batches batches) {
    this.batches = batches;
  }

  BatchInitiateDeviceActionResponse initiate(
      Caller caller, BatchInitiateDeviceActionRequest request) {
    NewAction wanted = FleetActionWire.newAction(request);
    Batch batch = batches.initiate(caller, wanted, selector(request));
    return BatchInitiateDeviceActionResponse.newBuilder()
        .setSuccess(true)
        .setMessage("Batch accepted for %d device(s)".formatted(batch.devices()))
        .setBatchId(batch.id().toString())
        .setDevices(batch.devices())
        .build();
  }

  private static Selector selector(BatchInitiateDeviceActionRequest request) {
    int given =
        (request.getDeviceIdsCount() > 0 ? 1 : 0)
            + (request.getGroupsCount() > 0 ? 1 : 0)
            + (request.hasFilter() ? 1 : 0);
    if (given != 1) {
      throw Refusal.invalid("device_ids", "must be given, or groups, or filter: exactly one");
    }
    if (request.getDeviceIdsCount() > MOST_DEVICES) {
      throw Refusal.invalid("device_ids", "must name 1 to 1000 devices");
    }
    if (request.getGroupsCount() > MOST_GROUPS) {
      throw Refusal.invalid("groups", "must name 1 to 100 groups");
    }
    if (request.getDeviceIdsCount() > 0) {
      return new Selector.Named(request.getDeviceIdsList());
    }
    return request.getGroupsCount() > 0
        ? new Selector.InGroups(request.getGroupsList())
        : new Selector.Found(FleetWire.filter(request.getFilter()));
  }
}
