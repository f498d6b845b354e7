package dev.muster.server.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.device.DeviceStatus;
import dev.muster.server.live.LiveWorld.Tenant;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Refusal;
import dev.muster.server.testing.TestSettings;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChangeRetentionTest {
  private final LiveWorld world = new LiveWorld();

  @AfterAll
  void close() {
    world.close();
  }

  private void forget() {
    new ChangeRetention(
            world.database, world.clock, TestSettings.of(Map.of("muster.live.retention", "24h")))
        .run();
  }

  @Test
  void changesAreForgottenAfterADayAndCursorsBeforeThemAreRefused() {
    Tenant tenant = world.tenant();
    Tenant quiet = world.tenant();
    Cursor beginning = world.changes.now(tenant.admin());
    tenant.device("till");
    Watcher yesterday = tenant.watch();
    yesterday.look(1);
    world.clock.advance(Duration.ofHours(23));
    tenant.set("till", DeviceStatus.ERROR);
    yesterday.see(1);
    Cursor today = yesterday.cursor;
    world.clock.advance(Duration.ofHours(2));

    forget();

    assertThat(rows()).isEqualTo(1);
    Changes fresh = world.deafNode();
    assertThatThrownBy(() -> fresh.after(tenant.admin(), beginning, ChangeFilter.ALL, 10))
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.CURSOR_TOO_OLD));
    assertThat(new Watcher(fresh, tenant.admin(), ChangeFilter.ALL, today.at(today.number() - 1)))
        .satisfies(watcher -> assertThat(watcher.see(1)).containsExactly("till ERROR"));
    // nothing was forgotten of those of whom there was nothing
    assertThat(fresh.after(quiet.admin(), beginning, ChangeFilter.ALL, 10).changes()).isEmpty();

    world.clock.advance(Duration.ofHours(24));
    forget();

    assertThat(rows()).isZero();
    Watcher idle = new Watcher(fresh, tenant.admin(), ChangeFilter.ALL, today);
    tenant.set("till", DeviceStatus.IDLE);
    assertThat(idle.see(1)).as("who had seen all may stay away").containsExactly("till IDLE");
  }

  private long rows() {
    return world.database.acrossOrganizations(
        handle -> handle.createQuery("select count(*) from live.change").mapTo(long.class).one());
  }
}
