package dev.muster.server.testing;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// Gives the server under test an embedded PostgreSQL in a data folder of its own, as the default
/// has it. For tests of what only that has.
public final class EmbeddedUnderTest implements QuarkusTestResourceLifecycleManager {
  @Override
  public Map<String, String> start() {
    System.setProperty("vertx.disableURIValidation", "true"); // as Main does
    try {
      Path data = Files.createTempDirectory(Files.createDirectories(Path.of("target/data")), "e");
      Files.createSymbolicLink(
          data.resolve("bin"), Files.createDirectories(Path.of("target/pg/bin").toAbsolutePath()));
      return Map.of(
          "muster.admin-email",
          ServerUnderTest.ADMIN,
          "muster.admin-password",
          ServerUnderTest.PASSWORD,
          "muster.password-cost",
          "4",
          "muster.data",
          data.toString());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Override
  public void stop() {}
}
