package dev.muster.server.fleet;

import dev.muster.fleet.DeviceManagementServiceGrpc.DeviceManagementServiceImplBase;
import dev.muster.fleet.GetDeviceInfoRequest;
import dev.muster.fleet.GetDeviceInfoResponse;
import dev.muster.fleet.GetServerInfoRequest;
import dev.muster.fleet.GetServerInfoResponse;
import dev.muster.fleet.ListDevicesRequest;
import dev.muster.fleet.ListDevicesResponse;
import dev.muster.fleet.RegisterDeviceRequest;
import dev.muster.fleet.RegisterDeviceResponse;
import dev.muster.fleet.SetDeviceStatusRequest;
import dev.muster.fleet.SetDeviceStatusResponse;
import dev.muster.server.rpc.RpcCall;
import dev.muster.server.rpc.RpcService;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Singleton;
import java.util.Set;

/// The fleet service: each method asks who calls, and hands on what the rest of the room answers.
@Singleton
public final class FleetGrpc extends DeviceManagementServiceImplBase implements RpcService {
  private final FleetDevices devices;
  private final FleetLists lists;
  private final ServerInfo server;

  FleetGrpc(FleetDevices devices, FleetLists lists, ServerInfo server) {
    this.devices = devices;
    this.lists = lists;
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
  public void getServerInfo(
      GetServerInfoRequest request, StreamObserver<GetServerInfoResponse> observer) {
    answer(observer, server.show(RpcCall.current()));
  }
}
