package dev.muster.server.fleet;

import dev.muster.fleet.DeviceInfo;
import dev.muster.fleet.ListDevicesRequest;
import dev.muster.fleet.ListDevicesResponse;
import dev.muster.server.action.ActionId;
import dev.muster.server.action.Actions;
import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceFilter;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.DeviceLists;
import dev.muster.server.device.Devices;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Lists of devices: a page, or for clients that know no pages all of them in one answer, which is
/// put together from pages.
@Singleton
final class FleetLists {
  static final int LARGEST_PAGE = 500;

  /// More than fits into the message that a client takes unless it is told otherwise (4 MiB).
  static final int MOST_AT_ONCE = 100_000;

  private final Database database;
  private final DeviceLists lists;
  private final Actions actions;

  FleetLists(Database database, DeviceLists lists, Actions actions) {
    this.database = database;
    this.lists = lists;
    this.actions = actions;
  }

  ListDevicesResponse list(Caller caller, ListDevicesRequest request) {
    DeviceFilter filter = FleetWire.filter(request.getFilter());
    int size = request.getPageSize();
    if (size < 0 || size > LARGEST_PAGE) {
      throw Refusal.invalid("page_size", "must be 1 to 500, or 0 for all devices in one answer");
    }
    if (size == 0 && !request.getPageToken().isEmpty()) {
      throw Refusal.invalid(
          "page_token", "needs page_size as well, which may be another each time");
    }
    return size == 0 ? all(caller, filter) : page(caller, filter, size, request.getPageToken());
  }

  private ListDevicesResponse page(Caller caller, DeviceFilter filter, int size, String token) {
    DeviceLists.Listed found = read(caller, filter, token.isEmpty() ? null : token, size);
    ListDevicesResponse.Builder answer =
        ListDevicesResponse.newBuilder()
            .setSuccess(true)
            .setMessage(Contract.retrieved(found.entries().size()))
            .addAllDevices(infos(caller, found));
    if (found.next() != null) {
      answer.setNextPageToken(found.next());
    }
    return answer.build();
  }

  private ListDevicesResponse all(Caller caller, DeviceFilter filter) {
    List<DeviceInfo> devices = new ArrayList<>();
    String token = null;
    do {
      DeviceLists.Listed found = read(caller, filter, token, LARGEST_PAGE);
      devices.addAll(infos(caller, found));
      token = found.next();
      if (devices.size() > MOST_AT_ONCE) {
        throw Refusal.of(
            ErrorCode.TOO_LARGE,
            "There are more than 100000 devices: ask for them page by page, with page_size.");
      }
    } while (token != null);
    return ListDevicesResponse.newBuilder()
        .setSuccess(true)
        .setMessage(Contract.retrieved(devices.size()))
        .addAllDevices(devices)
        .build();
  }

  /// The door speaks of its parameters by the names that they have on REST.
  private DeviceLists.Listed read(
      Caller caller, DeviceFilter filter, @Nullable String token, int size) {
    try {
      return lists.list(caller, filter, null, new DeviceLists.Place(token, 0), size);
    } catch (Refusal refusal) {
      if (refusal.code() != ErrorCode.INVALID_PARAMETER || refusal.fields().isEmpty()) {
        throw refusal;
      }
      Refusal.FieldError error = refusal.fields().getFirst();
      throw switch (error.field()) {
        case "cursor" ->
            Refusal.parameter(
                "page_token",
                "must be the next_page_token of a page of the same filter; begin anew without it");
        case String field -> Refusal.parameter("filter." + field, error.message());
      };
    }
  }

  private List<DeviceInfo> infos(Caller caller, DeviceLists.Listed found) {
    List<Device> devices = found.entries().stream().map(Devices.Entry::device).toList();
    Map<DeviceId, ActionId> running =
        database.in(
            caller.organization(),
            handle ->
                actions.running(
                    handle, caller.organization(), devices.stream().map(Device::id).toList()));
    return devices.stream()
        .map(device -> FleetWire.info(device, running.get(device.id())))
        .toList();
  }
}
