package dev.muster.server.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.Platform;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.DeviceStatus;
import dev.muster.server.device.Lifecycle;
import dev.muster.server.live.LiveWorld.Tenant;
import dev.muster.server.platform.Ids;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;

/// Any interleaving of transactions that write, commit late and roll back, with somebody who
/// watches: every change that is committed is told once, those of a device in their order.
class ChangeInterleavingTest {
  private static final LiveWorld WORLD = new LiveWorld();
  private static final int DEVICES = 4;
  private static final int MOST_OPEN = 5;

  @AfterContainer
  static void close() {
    WORLD.close();
  }

  @Property(tries = 60, shrinking = ShrinkingMode.OFF)
  void everyCommittedChangeIsToldOnceAndInTheOrderOfItsDevice(
      @ForAll @Size(min = 5, max = 60) List<@IntRange(min = 0, max = 9_999) Integer> steps) {
    History history = new History(WORLD.tenant());
    steps.forEach(history::step);
    history.finish();
  }

  /// A transaction and what it has written, of which devices.
  private record Writer(OpenTransaction transaction, Map<Integer, List<String>> written) {}

  private static final class History {
    private final Tenant tenant;
    private final Watcher watcher;
    private final List<DeviceId> devices = new ArrayList<>();
    private final List<Writer> open = new ArrayList<>();
    private final Map<Integer, List<String>> committed = new HashMap<>();
    private int names;

    History(Tenant tenant) {
      this.tenant = tenant;
      this.watcher = tenant.watch();
      for (int i = 0; i < DEVICES; i++) {
        devices.add(new DeviceId(Ids.next()));
        committed.put(i, new ArrayList<>());
      }
    }

    void step(int choice) {
      int what = choice % 10;
      int which = choice / 10;
      switch (what) {
        case 0, 1 -> begin(which % 2 == 0);
        case 2, 3, 4, 5 -> write(which);
        case 6, 7 -> end(which, true);
        case 8 -> end(which, false);
        default -> look(1 + which % 5);
      }
    }

    private void begin(boolean identified) {
      if (open.size() < MOST_OPEN) {
        OpenTransaction transaction =
            new OpenTransaction(WORLD.database, tenant.admin().organization());
        open.add(new Writer(identified ? transaction.identified() : transaction, new HashMap<>()));
      }
    }

    /// To a device that no other transaction holds.
    @SuppressWarnings("ReferenceEquality") // which writer, not one like it
    private void write(int which) {
      if (open.isEmpty()) {
        return;
      }
      Writer writer = open.get(which % open.size());
      int device = which / MOST_OPEN % DEVICES;
      if (open.stream().anyMatch(w -> w != writer && w.written().containsKey(device))) {
        return;
      }
      String name = "n" + names++;
      writer.written().computeIfAbsent(device, _ -> new ArrayList<>()).add(name);
      writer
          .transaction()
          .run(handle ->
              WORLD.log.append(
                  handle,
                  tenant.admin().organization(),
                  List.of(ChangeLog.entry(view(device, name)))));
    }

    private DeviceView view(int device, String name) {
      return new DeviceView(
          devices.get(device),
          "d" + device,
          name,
          Platform.OTHER,
          "",
          DeviceStatus.IDLE,
          Lifecycle.ACTIVE,
          List.of(),
          WORLD.clock.instant(),
          WORLD.clock.instant(),
          null);
    }

    private void end(int which, boolean commit) {
      if (open.isEmpty()) {
        return;
      }
      Writer writer = open.remove(which % open.size());
      if (commit) {
        writer.transaction().commit();
        writer.written().forEach((device, names) -> of(committed, device).addAll(names));
      } else {
        writer.transaction().rollBack();
      }
    }

    private void look(int limit) {
      watcher.look(limit);
      told()
          .forEach((device, names) ->
              assertThat(names)
                  .isEqualTo(of(committed, device).stream().limit(names.size()).toList()));
    }

    void finish() {
      while (!open.isEmpty()) {
        end(names, names % 2 == 0);
      }
      int all = committed.values().stream().mapToInt(List::size).sum();
      watcher.see(all);
      assertThat(told()).isEqualTo(committed);
      assertThat(watcher.numbers()).isSorted().doesNotHaveDuplicates();
    }

    private Map<Integer, List<String>> told() {
      Map<Integer, List<String>> told = new HashMap<>();
      for (int i = 0; i < DEVICES; i++) {
        told.put(i, new ArrayList<>());
      }
      for (Change change : watcher.told) {
        DeviceView view = ((Change.OfDevice) change).view();
        of(told, devices.indexOf(view.id())).add(view.name());
      }
      return told;
    }

    private static List<String> of(Map<Integer, List<String>> names, int device) {
      return names.computeIfAbsent(device, _ -> new ArrayList<>());
    }
  }
}
