package dev.muster.server.live;

import dev.muster.protocol.Json;
import dev.muster.server.live.ChangeStore.Entry;
import dev.muster.server.platform.Announcements;
import dev.muster.server.platform.OrganizationId;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/// Writes changes into the log, and announces them once they are committed.
record Appender(InstantSource clock, Announcements announcements) {
  static final String TOPIC = "live.changed";

  /// A snapshot of what is gone, or is looked up.
  static final Json.Obj NOTHING = Json.obj(Map.of());

  void append(Handle handle, OrganizationId organization, List<Entry> entries) {
    if (!entries.isEmpty()) {
      ChangeStore.append(handle, organization, clock.instant(), entries);
      handle.afterCommit(() -> announcements.changed(TOPIC, organization));
    }
  }
}
