package dev.muster.server.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.fleet.BatchRegisterDevicesRequest;
import dev.muster.fleet.DeviceManagementServiceGrpc;
import dev.muster.fleet.RegisterDeviceRequest;
import dev.muster.fleet.WatchFleetRequest;
import dev.muster.fleet.WatchFleetResponse;
import dev.muster.server.testing.Api;
import dev.muster.server.testing.Grpc;
import dev.muster.server.testing.LogLines;
import dev.muster.server.testing.ServerUnderTest;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Streams under clients that are slow, many, gone or turned out.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // injected
class StreamsTest {
  @Inject OpenCalls calls;

  private static Iterator<WatchFleetResponse> watch(Channel channel, long seconds) {
    return DeviceManagementServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(seconds, TimeUnit.SECONDS)
        .watchFleet(WatchFleetRequest.getDefaultInstance());
  }

  private static Status end(Iterator<WatchFleetResponse> stream) {
    try {
      while (stream.hasNext()) {
        var _ = stream.next();
      }
      return Status.OK;
    } catch (StatusRuntimeException ended) {
      return ended.getStatus();
    }
  }

  @Test
  void aStreamOfSomebodyWhoIsTurnedOutEnds() {
    Api admin = Api.ofNewOrganization();
    Api.Answer made =
        admin.post("/api/keys/", Map.of("name", "k", "scopes", List.of("read"))).expect(201);
    Iterator<WatchFleetResponse> stream = watch(Grpc.as(Api.with(made.at("key"))), 60);
    Iterator<WatchFleetResponse> other = watch(Grpc.as(admin), 60);
    assertThat(stream.next().getCursor()).isNotEmpty();
    assertThat(other.next().getCursor()).isNotEmpty();
    admin.delete("/api/keys/" + made.at("id") + "/").expect(204);
    calls.look();
    assertThat(end(stream).getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);

    Api.Answer me = admin.get("/api/users/me/");
    Api.home()
        .send(
            "DELETE",
            "/api/organizations/" + me.at("organization") + "/",
            Map.of("confirm_name", me.at("organization_name")))
        .expect(202);
    calls.look();
    assertThat(end(other).getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
  }

  @Test
  void aDeadlineEndsAStreamOnBothSides() {
    try (LogLines lines = LogLines.of("muster.access")) {
      Channel admin = Grpc.with(Grpc.as(Api.ofNewOrganization()), "x-request-id", "deadline-1");
      assertThat(end(watch(admin, 1)).getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
      assertThat(lines.await(heard -> heard.requestId().equals("deadline-1")).message())
          .containsPattern("WatchFleet status=(4|1) ");
    }
  }

  @Test
  void manyStreamsAreOpenAtOnceAndCostNothingWhenTheyAreGone() {
    Api admin = Api.ofNewOrganization();
    try (Context.CancellableContext holding = Context.current().withCancellation();
        LogLines lines = LogLines.of("muster.access")) {
      List<Iterator<WatchFleetResponse>> streams = new ArrayList<>();
      holding.run(() -> {
        for (int i = 0; i < 100; i++) {
          Channel tagged = Grpc.with(Grpc.as(admin), "x-request-id", "many-" + i);
          streams.add(watch(tagged, 60));
          assertThat(streams.getLast().next().getCursor()).isNotEmpty();
        }
      });
      var _ =
          DeviceManagementServiceGrpc.newBlockingStub(Grpc.as(admin))
              .registerDevice(RegisterDeviceRequest.newBuilder().setDeviceId("seen").build());
      for (Iterator<WatchFleetResponse> stream : streams) {
        WatchFleetResponse told = stream.next();
        while (told.getDevice().getDeviceId().isEmpty()) {
          told = stream.next();
        }
        assertThat(told.getDevice().getDeviceId()).isEqualTo("seen");
      }
      holding.cancel(null);
      for (int i = 0; i < 100; i++) {
        assertThat(lines.await(heard -> heard.message().contains("WatchFleet")).message())
            .contains("status=1 ");
      }
    }
  }

  /// It takes nothing until it asks, and then gets everything, while others go on.
  @Test
  void aSlowReaderHoldsUpNobody() throws InterruptedException {
    Api admin = Api.ofNewOrganization();
    Channel channel = Grpc.as(admin);
    BlockingQueue<WatchFleetResponse> slow = new LinkedBlockingQueue<>();
    ClientCall<WatchFleetRequest, WatchFleetResponse> call =
        channel.newCall(DeviceManagementServiceGrpc.getWatchFleetMethod(), CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(WatchFleetResponse message) {
            slow.add(message);
          }
        },
        new Metadata());
    call.request(1);
    call.sendMessage(WatchFleetRequest.getDefaultInstance());
    call.halfClose();
    assertThat(slow.poll(20, TimeUnit.SECONDS)).isNotNull();

    Iterator<WatchFleetResponse> quick = watch(channel, 60);
    assertThat(quick.next().getCursor()).isNotEmpty();
    registerMoreThanAWindowHolds(channel);
    Set<String> told = new HashSet<>();
    while (told.size() < 3_000) {
      told.add(quick.next().getDevice().getDeviceId());
      told.remove("");
    }
    assertThat(slow).isEmpty();
    told.clear();
    while (told.size() < 3_000) {
      call.request(1);
      WatchFleetResponse next = slow.poll(20, TimeUnit.SECONDS);
      assertThat(next).isNotNull();
      told.add(next.getDevice().getDeviceId());
      told.remove("");
    }
    call.cancel("seen enough", null);
  }

  /// That of HTTP/2 is 1 MiB here.
  private static void registerMoreThanAWindowHolds(Channel channel) {
    var fleet = DeviceManagementServiceGrpc.newBlockingStub(channel);
    String words = "x".repeat(200);
    for (int i = 0; i < 3; i++) {
      BatchRegisterDevicesRequest.Builder request = BatchRegisterDevicesRequest.newBuilder();
      for (int j = 0; j < 1_000; j++) {
        request
            .addDevicesBuilder()
            .setDeviceId("d" + i + "-" + j)
            .setDeviceName(words)
            .setDeviceType(words);
      }
      assertThat(fleet.batchRegisterDevices(request.build()).getSuccess()).isTrue();
    }
  }

  @Test
  void nobodyWithoutTheRightWatches() {
    assertThatThrownBy(() -> watch(Grpc.channel(), 20).next())
        .hasMessageStartingWith("UNAUTHENTICATED");
  }
}
