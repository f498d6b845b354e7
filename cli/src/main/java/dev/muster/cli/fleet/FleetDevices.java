package dev.muster.cli.fleet;

import dev.muster.fleet.DeviceStatus;
import dev.muster.fleet.GetDeviceInfoRequest;
import dev.muster.fleet.GetDeviceInfoResponse;
import dev.muster.fleet.ListDevicesRequest;
import dev.muster.fleet.ListDevicesResponse;
import dev.muster.fleet.RegisterDeviceRequest;
import dev.muster.fleet.RegisterDeviceResponse;
import dev.muster.fleet.SetDeviceStatusRequest;
import dev.muster.fleet.SetDeviceStatusResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What can be asked of the devices of a fleet, answered in the lines that scripts know.
public final class FleetDevices {

  /// A server that knows no pages sends everything at once.
  private static final int PAGE = 500;

  private final Fleet fleet;
  private final Answers answers;

  public FleetDevices(Fleet fleet, Answers answers) {
    this.fleet = fleet;
    this.answers = answers;
  }

  /// @param status a word, or null to leave it to the server
  public void register(
      String id, @Nullable String name, @Nullable String type, @Nullable String status) {
    var request = RegisterDeviceRequest.newBuilder().setDeviceId(id);
    if (name != null) {
      request.setDeviceName(name);
    }
    if (type != null) {
      request.setDeviceType(type);
    }
    if (status != null) {
      request.setInitialStatus(FleetWords.status(status));
    }
    RegisterDeviceResponse answer = fleet.call(stub -> stub.registerDevice(request.build()));
    answers.show(
        answer, List.of("✓ Device '" + answer.getDeviceId() + "' registered successfully"));
  }

  public void show(String id) {
    var request = GetDeviceInfoRequest.newBuilder().setDeviceId(id).build();
    GetDeviceInfoResponse answer = fleet.call(stub -> stub.getDeviceInfo(request));
    answers.show(answer, FleetText.device(answer.getDeviceInfo()));
  }

  public void setStatus(String id, String word) {
    DeviceStatus status = FleetWords.status(word);
    var request = SetDeviceStatusRequest.newBuilder().setDeviceId(id).setStatus(status).build();
    SetDeviceStatusResponse answer = fleet.call(stub -> stub.setDeviceStatus(request));
    answers.show(
        answer,
        List.of(
            "✓ Device '" + id + "' status updated:",
            "  Previous: "
                + FleetWords.name(answer.getPreviousStatus(), answer.getPreviousStatusValue()),
            "  Current:  "
                + FleetWords.name(answer.getCurrentStatus(), answer.getCurrentStatusValue())));
  }

  /// All of them, fetched page by page: no answer grows with the fleet.
  public void list() {
    var all = ListDevicesResponse.newBuilder().setSuccess(true);
    String token = "";
    do {
      var request = ListDevicesRequest.newBuilder().setPageSize(PAGE).setPageToken(token).build();
      ListDevicesResponse page = fleet.call(stub -> stub.listDevices(request));
      all.addAllDevices(page.getDevicesList());
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    all.setMessage("Retrieved " + all.getDevicesCount() + " device(s)");
    answers.show(all.build(), FleetText.devices(all.getDevicesList()));
  }
}
