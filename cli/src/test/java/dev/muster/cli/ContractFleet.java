package dev.muster.cli;

import com.google.protobuf.Message;
import dev.muster.fleet.ActionInfo;
import dev.muster.fleet.ActionStatus;
import dev.muster.fleet.ActionType;
import dev.muster.fleet.DeviceInfo;
import dev.muster.fleet.DeviceStatus;
import dev.muster.fleet.GetDeviceActionStatusRequest;
import dev.muster.fleet.GetDeviceActionStatusResponse;
import dev.muster.fleet.GetDeviceInfoRequest;
import dev.muster.fleet.GetDeviceInfoResponse;
import dev.muster.fleet.InitiateDeviceActionRequest;
import dev.muster.fleet.InitiateDeviceActionResponse;
import dev.muster.fleet.ListDevicesResponse;
import dev.muster.fleet.RegisterDeviceRequest;
import dev.muster.fleet.RegisterDeviceResponse;
import dev.muster.fleet.SetDeviceStatusRequest;
import dev.muster.fleet.SetDeviceStatusResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.LinkedHashMap;
import java.util.Map;

/// The six RPCs of the contract with its messages, codes and details, at a time that stands still.
/// An action ends when it was asked for `questions` times: it completes, or fails when it was asked
/// to by the parameter `outcome`.
final class ContractFleet {

  private static final long REGISTERED = 1_763_640_000; // 2025-11-20 12:00:00
  private final Map<String, DeviceInfo.Builder> devices = new LinkedHashMap<>();
  private final Map<String, ActionInfo.Builder> actions = new LinkedHashMap<>();
  private final Map<String, Integer> asked = new LinkedHashMap<>();
  private final int questions;

  private ContractFleet(int questions) {
    this.questions = questions;
  }

  interface Rpc<Q extends Message> {
    Message answer(Q request);
  }

  static void serveOn(FakeFleet server, int questions) {
    var fleet = new ContractFleet(questions);
    server
        .on("RegisterDevice", fleet.<RegisterDeviceRequest>rpc(fleet::register))
        .on("SetDeviceStatus", fleet.<SetDeviceStatusRequest>rpc(fleet::setStatus))
        .on("GetDeviceInfo", fleet.<GetDeviceInfoRequest>rpc(fleet::info))
        .on("InitiateDeviceAction", fleet.<InitiateDeviceActionRequest>rpc(fleet::initiate))
        .on("GetDeviceActionStatus", fleet.<GetDeviceActionStatusRequest>rpc(fleet::status))
        .on("ListDevices", fleet.rpc(fleet::list));
  }

  @SuppressWarnings("unchecked") // each RPC is asked with its own request
  private <Q extends Message> FakeFleet.Answer rpc(Rpc<Q> rpc) {
    return (Message request, StreamObserver<Message> out) -> {
      synchronized (this) {
        out.onNext(rpc.answer((Q) request));
        out.onCompleted();
      }
    };
  }

  private static StatusRuntimeException refusal(Status status, String details) {
    return status.withDescription(details).asRuntimeException();
  }

  private DeviceInfo.Builder device(String id) {
    if (id.isEmpty()) {
      throw refusal(Status.INVALID_ARGUMENT, "Device ID cannot be empty");
    }
    DeviceInfo.Builder device = devices.get(id);
    if (device == null) {
      throw refusal(Status.NOT_FOUND, "Device not found");
    }
    return device;
  }

  private Message register(RegisterDeviceRequest request) {
    if (request.getDeviceId().isEmpty()) {
      throw refusal(Status.INVALID_ARGUMENT, "Device ID cannot be empty");
    }
    if (devices.containsKey(request.getDeviceId())) {
      throw refusal(Status.ALREADY_EXISTS, "Device already exists");
    }
    boolean said = request.getInitialStatus() != DeviceStatus.DEVICE_STATUS_UNKNOWN;
    devices.put(
        request.getDeviceId(),
        DeviceInfo.newBuilder()
            .setDeviceId(request.getDeviceId())
            .setDeviceName(request.getDeviceName())
            .setDeviceType(request.getDeviceType())
            .setStatus(said ? request.getInitialStatus() : DeviceStatus.IDLE)
            .setRegisteredAt(REGISTERED)
            .setLastUpdated(REGISTERED + 90));
    return RegisterDeviceResponse.newBuilder()
        .setSuccess(true)
        .setMessage("Device registered successfully")
        .setDeviceId(request.getDeviceId())
        .build();
  }

  private Message setStatus(SetDeviceStatusRequest request) {
    DeviceInfo.Builder device = device(request.getDeviceId());
    if (request.getStatus() == DeviceStatus.DEVICE_STATUS_UNKNOWN) {
      throw refusal(Status.INVALID_ARGUMENT, "Invalid device status");
    }
    var answer =
        SetDeviceStatusResponse.newBuilder()
            .setSuccess(true)
            .setMessage("Device status updated successfully")
            .setPreviousStatus(device.getStatus())
            .setCurrentStatus(request.getStatus());
    device.setStatus(request.getStatus());
    return answer.build();
  }

  private Message info(GetDeviceInfoRequest request) {
    return GetDeviceInfoResponse.newBuilder()
        .setSuccess(true)
        .setMessage("Device information retrieved successfully")
        .setDeviceInfo(device(request.getDeviceId()))
        .build();
  }

  private Message initiate(InitiateDeviceActionRequest request) {
    if (request.getActionType() == ActionType.ACTION_TYPE_UNKNOWN) {
      throw refusal(Status.INVALID_ARGUMENT, "Invalid action type");
    }
    DeviceInfo.Builder device = device(request.getDeviceId());
    if (!device.getCurrentActionId().isEmpty()) {
      throw refusal(Status.FAILED_PRECONDITION, "Device is already busy");
    }
    String id = "action_1763640000123_" + (actions.size() + 1);
    actions.put(
        id,
        ActionInfo.newBuilder()
            .setActionId(id)
            .setDeviceId(request.getDeviceId())
            .setActionType(request.getActionType())
            .setStatus(ActionStatus.RUNNING)
            .putAllActionParams(request.getActionParamsMap())
            .setInitiatedAt(REGISTERED + 120));
    device.setCurrentActionId(id).setStatus(DeviceStatus.BUSY);
    return InitiateDeviceActionResponse.newBuilder()
        .setSuccess(true)
        .setMessage("Action initiated successfully")
        .setActionId(id)
        .setActionStatus(ActionStatus.RUNNING)
        .build();
  }

  private Message status(GetDeviceActionStatusRequest request) {
    if (request.getActionId().isEmpty()) {
      throw refusal(Status.INVALID_ARGUMENT, "Action ID cannot be empty");
    }
    ActionInfo.Builder action = actions.get(request.getActionId());
    if (action == null) {
      throw refusal(Status.NOT_FOUND, "Action not found");
    }
    if (asked.merge(request.getActionId(), 1, Integer::sum) == questions) {
      end(action);
    }
    return GetDeviceActionStatusResponse.newBuilder()
        .setSuccess(true)
        .setMessage("Action status retrieved successfully")
        .setActionInfo(action)
        .build();
  }

  private void end(ActionInfo.Builder action) {
    boolean fails = action.getActionParamsOrDefault("outcome", "").equals("fail");
    action.setCompletedAt(action.getInitiatedAt() + 17);
    action.setStatus(fails ? ActionStatus.FAILED : ActionStatus.COMPLETED);
    action.setErrorMessage(fails ? "Action simulation failed (random failure)" : "");
    device(action.getDeviceId())
        .setCurrentActionId("")
        .setStatus(fails ? DeviceStatus.ERROR : DeviceStatus.IDLE);
  }

  private Message list(Message request) {
    var answer = ListDevicesResponse.newBuilder().setSuccess(true);
    devices.values().forEach(answer::addDevices);
    return answer.setMessage("Retrieved " + devices.size() + " device(s)").build();
  }
}
