package dev.muster.server.testing;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// Gives the server of `@QuarkusTest` classes a database of its own on [TestPostgres]. Annotate the
/// class with `@QuarkusTestResource(ServerUnderTest.class)`; the tests of one JVM share the server
/// and keep apart by organization.
public final class ServerUnderTest implements QuarkusTestResourceLifecycleManager {
  public static final String ADMIN = "admin@localhost";
  public static final String PASSWORD = "correct-horse-battery";

  @Override
  public Map<String, String> start() {
    System.setProperty("vertx.disableURIValidation", "true"); // as Main does
    try {
      String database = TestPostgres.freshDatabase();
      Path data = Files.createTempDirectory(Files.createDirectories(Path.of("target/data")), "d");
      Map<String, String> settings =
          new HashMap<>(
              Map.of(
                  "muster.database-url",
                  TestPostgres.url(database),
                  "muster.database-user",
                  "muster",
                  "muster.database-password",
                  TestPostgres.password(),
                  "muster.admin-email",
                  ADMIN,
                  "muster.admin-password",
                  PASSWORD,
                  "muster.password-cost",
                  "4",
                  "muster.data",
                  data.toString()));
      settings.putAll(SmtpSink.settings());
      settings.put("muster.notification.allow-private", "true");
      return settings;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Override
  public void stop() {}
}
