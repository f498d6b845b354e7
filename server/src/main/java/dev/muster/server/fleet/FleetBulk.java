package dev.muster.server.fleet;

import dev.muster.fleet.BatchRegisterDevicesRequest;
import dev.muster.fleet.BatchRegisterDevicesResponse;
import dev.muster.fleet.BatchSetDeviceStatusRequest;
import dev.muster.fleet.BatchSetDeviceStatusResponse;
import dev.muster.fleet.ItemResult;
import dev.muster.fleet.RegisterDeviceRequest;
import dev.muster.fleet.SetDeviceStatusRequest;
import dev.muster.server.device.BulkDevices;
import dev.muster.server.device.BulkDevices.NewStatus;
import dev.muster.server.device.BulkResult;
import dev.muster.server.device.BulkRow;
import dev.muster.server.device.NewDevice;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Refusal;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// Many devices in one call, each for itself, told apart in the answer as they would be alone.
@Singleton
final class FleetBulk {
  private final BulkDevices devices;

  FleetBulk(BulkDevices devices) {
    this.devices = devices;
  }

  BatchRegisterDevicesResponse register(Caller caller, BatchRegisterDevicesRequest request) {
    List<BulkRow<NewDevice>> rows = new ArrayList<>();
    for (RegisterDeviceRequest item : request.getDevicesList()) {
      rows.add(row(item.getDeviceId(), () -> FleetWire.newDevice(item)));
    }
    List<ItemResult> results =
        results(
            request.getDevicesList().stream().map(RegisterDeviceRequest::getDeviceId).toList(),
            devices.register(caller, rows));
    return BatchRegisterDevicesResponse.newBuilder()
        .setSuccess(done(results) == results.size())
        .setMessage("Registered %d of %d device(s)".formatted(done(results), results.size()))
        .addAllResults(results)
        .build();
  }

  BatchSetDeviceStatusResponse setStatus(Caller caller, BatchSetDeviceStatusRequest request) {
    List<BulkRow<NewStatus>> rows = new ArrayList<>();
    for (SetDeviceStatusRequest item : request.getDevicesList()) {
      rows.add(row(item.getDeviceId(), () -> newStatus(item)));
    }
    List<ItemResult> results =
        results(
            request.getDevicesList().stream().map(SetDeviceStatusRequest::getDeviceId).toList(),
            devices.setStatus(caller, rows));
    return BatchSetDeviceStatusResponse.newBuilder()
        .setSuccess(done(results) == results.size())
        .setMessage("Updated %d of %d device(s)".formatted(done(results), results.size()))
        .addAllResults(results)
        .build();
  }

  private static NewStatus newStatus(SetDeviceStatusRequest item) {
    Contract.requireDeviceId(item.getDeviceId());
    return new NewStatus(item.getDeviceId(), FleetWire.status(item.getStatus()));
  }

  private static <T> BulkRow<T> row(String id, Supplier<T> read) {
    try {
      return new BulkRow.Good<>(read.get());
    } catch (Refusal refusal) {
      return new BulkRow.Bad<>(id, refusal);
    }
  }

  private static List<ItemResult> results(List<String> names, List<BulkResult> found) {
    List<ItemResult> results = new ArrayList<>();
    for (int i = 0; i < found.size(); i++) {
      ItemResult.Builder result = ItemResult.newBuilder().setDeviceId(names.get(i));
      switch (found.get(i)) {
        case BulkResult.Done _ -> result.setSuccess(true);
        case BulkResult.Refused(_, Refusal refusal) -> {
          Refusal said = Contract.aboutDevice(refusal);
          result.setMessage(said.detail()).setCode(said.code().kind().grpcCode());
        }
      }
      results.add(result.build());
    }
    return results;
  }

  private static long done(List<ItemResult> results) {
    return results.stream().filter(ItemResult::getSuccess).count();
  }
}
