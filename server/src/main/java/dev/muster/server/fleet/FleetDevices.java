package dev.muster.server.fleet;

import dev.muster.fleet.DeviceStatus;
import dev.muster.fleet.GetDeviceInfoRequest;
import dev.muster.fleet.GetDeviceInfoResponse;
import dev.muster.fleet.RegisterDeviceRequest;
import dev.muster.fleet.RegisterDeviceResponse;
import dev.muster.fleet.SetDeviceStatusRequest;
import dev.muster.fleet.SetDeviceStatusResponse;
import dev.muster.server.device.Device;
import dev.muster.server.device.Devices;
import dev.muster.server.device.NewDevice;
import dev.muster.server.platform.Caller;
import jakarta.inject.Singleton;

/// What the fleet service says of one device, and does to it.
@Singleton
final class FleetDevices {
  private final Devices devices;

  FleetDevices(Devices devices) {
    this.devices = devices;
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
    Device device = Contract.ofDevice(() -> devices.read(caller, request.getDeviceId())).device();
    return GetDeviceInfoResponse.newBuilder()
        .setSuccess(true)
        .setMessage(Contract.DEVICE_RETRIEVED)
        .setDeviceInfo(FleetWire.info(device))
        .build();
  }
}
