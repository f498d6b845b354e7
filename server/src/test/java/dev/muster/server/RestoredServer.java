package dev.muster.server;

import dev.muster.server.policy.PolicyWorld;
import dev.muster.server.postgres.DataFolder;
import dev.muster.server.postgres.EmbeddedPostgres;
import dev.muster.server.testing.TestDatabase;
import java.nio.file.Path;
import java.util.Map;

/// The rooms on the embedded PostgreSQL of a data folder that was restored.
record RestoredServer(DataFolder data, EmbeddedPostgres postgres, PolicyWorld world)
    implements AutoCloseable {
  static RestoredServer on(Path folder) {
    DataFolder data = DataFolder.open(folder);
    EmbeddedPostgres postgres = EmbeddedPostgres.start(data, 50);
    return new RestoredServer(
        data,
        postgres,
        PolicyWorld.on(
            TestDatabase.at("muster", postgres.jdbcUrl(), postgres.password()), Map.of()));
  }

  @Override
  public void close() {
    world.close();
    postgres.close();
    data.close();
  }
}
