package dev.muster.server.fleet;

import dev.muster.fleet.DeviceInfo;
import dev.muster.fleet.DeviceStatus;
import dev.muster.fleet.GetDeviceInfoRequest;
import dev.muster.fleet.GetDeviceInfoResponse;
import dev.muster.fleet.RegisterDeviceRequest;
import dev.muster.fleet.RegisterDeviceResponse;
import dev.muster.fleet.SetDeviceStatusRequest;
import dev.muster.fleet.SetDeviceStatusResponse;
import dev.muster.server.action.Actions;
import dev.muster.server.device.Device;
import dev.muster.server.device.Devices;
import dev.muster.server.device.NewDevice;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import jakarta.inject.Singleton;
import java.util.List;

/// What the fleet service says of one device, and does to it.
@Singleton
final class FleetDevices {
  private final Database database;
  private final Devices devices;
  private final Actions actions;

  FleetDevices(Database database, Devices devices, Actions actions) {
    this.database = database;
    this.devices = devices;
    this.actions = actions;
  }

  RegisterDeviceResponse register(Caller caller, RegisterDeviceRequest request) {
    NewDevice wanted = FleetWire.newDevice(request);
    Device registered = Contract.ofDevice(() -> devices.register(caller, wanted));
    return RegisterDeviceResponse.newBuilder()
        .setSuccess(true)
        .setMessage(Contract.REGISTERED)
        .setDeviceId(registered.handle())
        .build();
  }

  SetDeviceStatusResponse setStatus(Caller caller, SetDeviceStatusRequest request) {
    Contract.requireDeviceId(request.getDeviceId());
    Devices.Change change =
        new Devices.Change(null, null, FleetWire.status(request.getStatus()), null);
    Devices.Changed changed =
        Contract.ofDevice(() -> devices.changing(caller, request.getDeviceId(), change));
    return SetDeviceStatusResponse.newBuilder()
        .setSuccess(true)
        .setMessage(Contract.STATUS_UPDATED)
        .setPreviousStatus(DeviceStatus.valueOf(changed.before().status()))
        .setCurrentStatus(DeviceStatus.valueOf(changed.after().device().status()))
        .build();
  }

  GetDeviceInfoResponse show(Caller caller, GetDeviceInfoRequest request) {
    Contract.requireDeviceId(request.getDeviceId());
    return GetDeviceInfoResponse.newBuilder()
        .setSuccess(true)
        .setMessage(Contract.DEVICE_RETRIEVED)
        .setDeviceInfo(Contract.ofDevice(() -> info(caller, request.getDeviceId())))
        .build();
  }

  private DeviceInfo info(Caller caller, String id) {
    return database.in(
        caller.organization(),
        handle -> {
          Device device = devices.requireSeen(handle, caller, id);
          return FleetWire.info(
              device,
              actions
                  .running(handle, caller.organization(), List.of(device.id()))
                  .get(device.id()));
        });
  }
}
