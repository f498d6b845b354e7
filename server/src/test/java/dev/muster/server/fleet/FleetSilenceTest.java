package dev.muster.server.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.fleet.DeviceManagementServiceGrpc;
import dev.muster.fleet.DeviceManagementServiceGrpc.DeviceManagementServiceImplBase;
import dev.muster.fleet.WatchFleetRequest;
import dev.muster.fleet.WatchFleetResponse;
import dev.muster.server.action.Actions;
import dev.muster.server.device.Devices;
import dev.muster.server.device.NewDevice;
import dev.muster.server.live.Changes;
import dev.muster.server.live.Cursor;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Role;
import dev.muster.server.testing.ServerUnderTest;
import dev.muster.server.testing.Tenants;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Streams that have nothing to tell, on a server that is less patient with them.
@QuarkusTest
@QuarkusTestResource(ServerUnderTest.class)
@SuppressWarnings("NullAway.Init") // injected, or set before each test
class FleetSilenceTest {
  private static final Duration SILENCE = Duration.ofMillis(300);

  @Inject Actions actions;
  @Inject Changes changes;
  @Inject Devices devices;
  @Inject Database database;
  private Caller.Person admin;
  private Server server;
  private ManagedChannel channel;

  @BeforeEach
  void serve() throws Exception {
    admin = Tenants.person(Tenants.fresh(database), Role.ADMIN);
    FleetWatch watch = new FleetWatch(actions, changes, SILENCE);
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(
                new DeviceManagementServiceImplBase() {
                  @Override
                  public void watchFleet(
                      WatchFleetRequest request, StreamObserver<WatchFleetResponse> observer) {
                    watch.fleet(admin, request, observer);
                  }
                })
            .build()
            .start();
    channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.shutdownNow();
  }

  private Iterator<WatchFleetResponse> watchQuietOne() {
    devices.register(admin, NewDevice.named("d").withHandle("quiet"));
    devices.register(admin, NewDevice.named("d").withHandle("busy"));
    return DeviceManagementServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(20, TimeUnit.SECONDS)
        .watchFleet(WatchFleetRequest.newBuilder().addDeviceIds("quiet").build());
  }

  private static Cursor place(WatchFleetResponse response) {
    assertThat(response.getChangeCase()).isEqualTo(WatchFleetResponse.ChangeCase.CHANGE_NOT_SET);
    return Cursor.parse(response.getCursor());
  }

  /// Otherwise its cursor would be too old by the time at which it needs it.
  @Test
  void whoWatchesAQuietDeviceIsToldThePlaceHoweverBusyTheOthersAre() throws Exception {
    Iterator<WatchFleetResponse> stream = watchQuietOne();
    Cursor before = place(stream.next());
    AtomicBoolean enough = new AtomicBoolean();
    Thread others =
        Thread.startVirtualThread(() -> {
          for (int i = 0; !enough.get(); i++) {
            devices.change(admin, "busy", new Devices.Change("n" + i, null, null, null));
          }
        });
    try {
      for (int i = 0; i < 3; i++) {
        WatchFleetResponse told = stream.next();
        while (told.getDevice().getDeviceId().equals("quiet")) { // was in progress at first
          told = stream.next();
        }
        assertThat(place(told).number()).isGreaterThan(before.number());
        before = place(told);
      }
    } finally {
      enough.set(true);
      others.join();
    }
  }

  @Test
  void whereNothingChangesThePlaceIsToldToo() {
    Iterator<WatchFleetResponse> stream = watchQuietOne();
    for (int places = 0; places < 3; ) {
      if (stream.next().getChangeCase() == WatchFleetResponse.ChangeCase.CHANGE_NOT_SET) {
        places++;
      }
    }
  }
}
