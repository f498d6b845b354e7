package dev.muster.server.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.Json;
import dev.muster.server.device.Group;
import dev.muster.server.identity.UserNames;
import dev.muster.server.watch.WatchWorld;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GoneGroupTest {
  /// Nobody deletes groups yet, so nobody is told; but no task stands in the way of who will.
  @Test
  void aGroupThatGoesLeavesItsTasks() {
    try (WatchWorld world = new WatchWorld()) {
      Replica replica = new Replica(new UserNames(), world.room.devices(), world.groups);
      Tasks tasks = new Tasks(world.database, world.clock, world.room.devices(), replica);
      Group hall = world.groups.create(world.admin, "Hall");
      Json.Obj fields =
          Json.obj(Map.of("title", Json.of("Sweep"), "group", Json.of(hall.id().toString())));
      Task swept = tasks.create(world.admin, null, fields).task();
      assertThat(swept.group()).isEqualTo(hall.id().value());
      world.database.in(
          world.organization,
          handle ->
              handle.execute(
                  "delete from device.device_group where organization_id = ? and id = ?",
                  world.organization,
                  hall.id().value()));
      assertThat(tasks.find(world.admin, swept.id()).task().group()).isNull();
    }
  }
}
