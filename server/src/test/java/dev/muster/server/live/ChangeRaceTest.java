package dev.muster.server.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.action.Action;
import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceStatus;
import dev.muster.server.live.LiveWorld.Tenant;
import dev.muster.server.platform.Refusal;
import dev.muster.server.testing.Race;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChangeRaceTest {
  private static final int DEVICES = 12;
  private static final int WRITERS = 50;
  private static final int WATCHERS = 10;
  private static final int WRITES = 12;

  private final LiveWorld world = new LiveWorld();

  @AfterAll
  void close() {
    world.close();
  }

  @Test
  void whileFiftyWriteEveryWatcherIsToldTheSameAndTheTruthAtTheEnd() {
    Tenant tenant = world.tenant();
    Changes other = world.otherNode();
    List<Device> devices = new ArrayList<>();
    for (int i = 0; i < DEVICES; i++) {
      devices.add(tenant.device("d-" + i));
    }
    Cursor begin = world.changes.now(tenant.admin());
    // a node that begins amid writers may have to tell its watchers to come again
    var _ = other.now(tenant.admin());
    CountDownLatch writing = new CountDownLatch(WRITERS);

    List<Watcher> watchers =
        Race.of(
                WRITERS + WATCHERS,
                number ->
                    number < WRITERS
                        ? () -> wrote(tenant, devices, writing)
                        : () ->
                            watched(
                                tenant, number % 2 == 0 ? world.changes : other, begin, writing))
            .stream()
            .flatMap(List::stream)
            .toList();

    List<Long> all =
        world.database.in(
            tenant.admin().organization(),
            handle ->
                handle
                    .createQuery("select number from live.change where number > ? order by number")
                    .bind(0, begin.number())
                    .mapTo(Long.class)
                    .list());
    assertThat(all).hasSizeGreaterThan(WRITERS * WRITES);
    for (Watcher watcher : watchers) {
      watcher.until(told -> told.size() >= all.size());
      assertThat(watcher.numbers()).isEqualTo(all);
      assertThat(last(watcher)).isEqualTo(truth(tenant, devices));
    }
  }

  private List<Watcher> wrote(Tenant tenant, List<Device> devices, CountDownLatch writing) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    for (int i = 0; i < WRITES; i++) {
      Device device = devices.get(random.nextInt(DEVICES));
      if (random.nextBoolean()) {
        tenant.name(device.handle(), "name " + random.nextInt());
      } else if (random.nextInt(5) == 0) {
        tenant.set(device.handle(), DeviceStatus.MAINTENANCE);
      } else {
        act(tenant, device, random.nextBoolean());
      }
    }
    writing.countDown();
    return List.of();
  }

  private static void act(Tenant tenant, Device device, boolean success) {
    Action action = tenant.ask(device.handle());
    try {
      tenant.answer(device, action, success ? "success" : "failed");
    } catch (Refusal _) {
      // it waits for its turn, and has no request yet
    }
  }

  private static List<Watcher> watched(
      Tenant tenant, Changes node, Cursor begin, CountDownLatch writing) {
    Watcher watcher = new Watcher(node, tenant.admin(), ChangeFilter.ALL, begin);
    while (writing.getCount() > 0) {
      watcher.waitAndLook(Duration.ofMillis(50), 1 + ThreadLocalRandom.current().nextInt(7));
    }
    return List.of(watcher);
  }

  private static Map<String, DeviceView> last(Watcher watcher) {
    Map<String, DeviceView> last = new HashMap<>();
    for (Change change : watcher.told) {
      if (change instanceof Change.OfDevice device) {
        last.put(change.handle(), device.view());
      }
    }
    last.replaceAll((_, view) -> withoutAction(view));
    return last;
  }

  private Map<String, DeviceView> truth(Tenant tenant, List<Device> devices) {
    Map<String, DeviceView> truth = new HashMap<>();
    for (Device device : devices) {
      truth.put(
          device.handle(),
          DeviceView.of(world.room.devices().read(tenant.admin(), device.handle()).device(), null));
    }
    return truth;
  }

  /// The next action takes the place of the one before without a change of the device.
  private static DeviceView withoutAction(DeviceView view) {
    return new DeviceView(
        view.id(),
        view.handle(),
        view.name(),
        view.platform(),
        view.type(),
        view.status(),
        view.lifecycle(),
        view.tags(),
        view.createdAt(),
        view.updatedAt(),
        null);
  }
}
