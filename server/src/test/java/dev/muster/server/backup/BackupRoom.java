package dev.muster.server.backup;

import dev.muster.server.platform.Database;
import dev.muster.server.platform.MasterKey;
import dev.muster.server.policy.PolicyWorld;
import dev.muster.server.testing.Audits;

/// The door of the room on the database of a [PolicyWorld], for tests of other rooms.
public final class BackupRoom {
  /// The master key of [#on]'s backups.
  public static final String KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

  private BackupRoom() {}

  public static Backups on(PolicyWorld world) {
    return on(world.testDatabase().database(), world);
  }

  static Backups on(Database database, PolicyWorld world) {
    return new Backups(
        database,
        world.clock(),
        Audits.on(world.clock()),
        MasterKey.of(KEY),
        world.settings(),
        "test");
  }
}
