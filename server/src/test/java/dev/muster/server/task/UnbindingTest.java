package dev.muster.server.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.Json;
import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceErasure;
import dev.muster.server.device.Group;
import dev.muster.server.identity.UserNames;
import dev.muster.server.platform.Announcements;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.testing.Audits;
import dev.muster.server.watch.WatchWorld;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UnbindingTest {
  private final WatchWorld world = new WatchWorld();
  private final ChangeNumbers numbers =
      new ChangeNumbers(new Announcements(new Broadcast(world.database.dataSource())));
  private final Replica replica =
      new Replica(new UserNames(), world.room.devices(), world.groups, numbers);
  private final Tasks tasks = new Tasks(world.database, world.clock, world.room.devices(), replica);

  @AfterEach
  void close() {
    world.close();
  }

  private UUID made(String field, Object id) {
    Json.Obj fields = Json.obj(Map.of("title", Json.of("Sweep"), field, Json.of(id.toString())));
    return tasks.create(world.admin, null, fields).task().id();
  }

  /// More than one lot of numbers, and some that are deleted.
  @Test
  void aDeviceThatIsErasedLeavesAllOfItsTasks() {
    Device device = world.device();
    List<UUID> live = new ArrayList<>();
    for (int i = 0; i < 510; i++) {
      live.add(made("device", device.id()));
    }
    UUID deleted = made("device", device.id());
    tasks.delete(world.admin, null, deleted);
    new DeviceErasure(
            world.database,
            Audits.on(world.clock),
            List.of(),
            List.of(new Unbinding(replica, world.clock)))
        .erase(world.admin, device.id().toString());
    for (UUID id : live) {
      Task task = tasks.find(world.admin, id).task();
      assertThat(task.device()).isNull();
      assertThat(task.stamp().version()).isEqualTo(2);
    }
    assertThat(tasks.restore(world.admin, null, deleted).task().device()).isNull();
  }

  /// Nobody deletes groups yet, so nobody is told; but no task stands in the way of who will.
  @Test
  void aGroupThatGoesLeavesItsTasks() {
    Group hall = world.groups.create(world.admin, "Hall");
    UUID swept = made("group", hall.id());
    assertThat(tasks.find(world.admin, swept).task().group()).isEqualTo(hall.id().value());
    world.database.in(
        world.organization,
        handle ->
            handle.execute(
                "delete from device.device_group where organization_id = ? and id = ?",
                world.organization,
                hall.id().value()));
    assertThat(tasks.find(world.admin, swept).task().group()).isNull();
  }
}
