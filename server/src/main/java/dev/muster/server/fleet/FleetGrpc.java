package dev.muster.server.fleet;

import dev.muster.fleet.BatchInitiateDeviceActionRequest;
import dev.muster.fleet.BatchInitiateDeviceActionResponse;
import dev.muster.fleet.BatchRegisterDevicesRequest;
import dev.muster.fleet.BatchRegisterDevicesResponse;
import dev.muster.fleet.BatchSetDeviceStatusRequest;
import dev.muster.fleet.BatchSetDeviceStatusResponse;
import dev.muster.fleet.CancelDeviceActionRequest;
import dev.muster.fleet.CancelDeviceActionResponse;
import dev.muster.fleet.DeviceManagementServiceGrpc.DeviceManagementServiceImplBase;
import dev.muster.fleet.GetDeviceActionStatusRequest;
import dev.muster.fleet.GetDeviceActionStatusResponse;
import dev.muster.fleet.GetDeviceInfoRequest;
import dev.muster.fleet.GetDeviceInfoResponse;
import dev.muster.fleet.GetServerInfoRequest;
import dev.muster.fleet.GetServerInfoResponse;
import dev.muster.fleet.InitiateDeviceActionRequest;
import dev.muster.fleet.InitiateDeviceActionResponse;
import dev.muster.fleet.ListDeviceActionsRequest;
import dev.muster.fleet.ListDeviceActionsResponse;
import dev.muster.fleet.ListDevicesRequest;
import dev.muster.fleet.ListDevicesResponse;
import dev.muster.fleet.RegisterDeviceRequest;
import dev.muster.fleet.RegisterDeviceResponse;
import dev.muster.fleet.RetryDeviceActionRequest;
import dev.muster.fleet.RetryDeviceActionResponse;
import dev.muster.fleet.SetDeviceStatusRequest;
import dev.muster.fleet.SetDeviceStatusResponse;
import dev.muster.fleet.WatchDeviceActionRequest;
import dev.muster.fleet.WatchDeviceActionResponse;
import dev.muster.fleet.WatchFleetRequest;
import dev.muster.fleet.WatchFleetResponse;
import dev.muster.server.rpc.RpcCall;
import dev.muster.server.rpc.RpcService;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Singleton;
import java.util.Set;

/// The fleet service: each method asks who calls, and hands on what the rest of the room answers.
@Singleton
public final class FleetGrpc extends DeviceManagementServiceImplBase implements RpcService {
  private final FleetDevices devices;
  private final FleetBulk bulk;
  private final FleetLists lists;
  private final FleetActions actions;
  private final FleetBatches batches;
  private final FleetWatch watch;
  private final ServerInfo server;

  FleetGrpc(
      FleetDevices devices,
      FleetBulk bulk,
      FleetLists lists,
      FleetActions actions,
      FleetBatches batches,
      FleetWatch watch,
      ServerInfo server) {
    this.devices = devices;
    this.bulk = bulk;
    this.lists = lists;
    this.actions = actions;
    this.batches = batches;
    this.watch = watch;
    this.server = server;
  }

  @Override
  public Set<String> open() {
    return Set.of("GetServerInfo");
  }

  @Override
  public Set<String> reading() {
    return Set.of(
        "GetDeviceInfo",
        "GetDeviceActionStatus",
        "ListDevices",
        "ListDeviceActions",
        "WatchDeviceAction",
        "WatchFleet",
        "GetServerInfo");
  }

  private static <A> void answer(StreamObserver<A> observer, A answer) {
    observer.onNext(answer);
    observer.onCompleted();
  }

  @Override
  public void registerDevice(
      RegisterDeviceRequest request, StreamObserver<RegisterDeviceResponse> observer) {
    answer(observer, devices.register(RpcCall.current().caller(), request));
  }

  @Override
  public void setDeviceStatus(
      SetDeviceStatusRequest request, StreamObserver<SetDeviceStatusResponse> observer) {
    answer(observer, devices.setStatus(RpcCall.current().caller(), request));
  }

  @Override
  public void getDeviceInfo(
      GetDeviceInfoRequest request, StreamObserver<GetDeviceInfoResponse> observer) {
    answer(observer, devices.show(RpcCall.current().caller(), request));
  }

  @Override
  public void listDevices(
      ListDevicesRequest request, StreamObserver<ListDevicesResponse> observer) {
    answer(observer, lists.list(RpcCall.current().caller(), request));
  }

  @Override
  public void initiateDeviceAction(
      InitiateDeviceActionRequest request, StreamObserver<InitiateDeviceActionResponse> observer) {
    answer(observer, actions.initiate(RpcCall.current().caller(), request));
  }

  @Override
  public void getDeviceActionStatus(
      GetDeviceActionStatusRequest request,
      StreamObserver<GetDeviceActionStatusResponse> observer) {
    answer(observer, actions.show(RpcCall.current().caller(), request));
  }

  @Override
  public void listDeviceActions(
      ListDeviceActionsRequest request, StreamObserver<ListDeviceActionsResponse> observer) {
    answer(observer, actions.list(RpcCall.current().caller(), request));
  }

  @Override
  public void cancelDeviceAction(
      CancelDeviceActionRequest request, StreamObserver<CancelDeviceActionResponse> observer) {
    answer(observer, actions.cancel(RpcCall.current().caller(), request));
  }

  @Override
  public void retryDeviceAction(
      RetryDeviceActionRequest request, StreamObserver<RetryDeviceActionResponse> observer) {
    answer(observer, actions.retry(RpcCall.current().caller(), request));
  }

  @Override
  public void batchRegisterDevices(
      BatchRegisterDevicesRequest request, StreamObserver<BatchRegisterDevicesResponse> observer) {
    answer(observer, bulk.register(RpcCall.current().caller(), request));
  }

  @Override
  public void batchSetDeviceStatus(
      BatchSetDeviceStatusRequest request, StreamObserver<BatchSetDeviceStatusResponse> observer) {
    answer(observer, bulk.setStatus(RpcCall.current().caller(), request));
  }

  @Override
  public void batchInitiateDeviceAction(
      BatchInitiateDeviceActionRequest request,
      StreamObserver<BatchInitiateDeviceActionResponse> observer) {
    answer(observer, batches.initiate(RpcCall.current().caller(), request));
  }

  @Override
  public void watchDeviceAction(
      WatchDeviceActionRequest request, StreamObserver<WatchDeviceActionResponse> observer) {
    watch.action(RpcCall.current().caller(), request, observer);
  }

  @Override
  public void watchFleet(WatchFleetRequest request, StreamObserver<WatchFleetResponse> observer) {
    watch.fleet(RpcCall.current().caller(), request, observer);
  }

  @Override
  public void getServerInfo(
      GetServerInfoRequest request, StreamObserver<GetServerInfoResponse> observer) {
    answer(observer, server.show(RpcCall.current()));
  }
}
