package dev.muster.server.testing;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.List;
import java.util.Map;

/// A server on a real disk that is far smaller than what its settings ask to be free. Its tests
/// share one.
public final class FullDiskServer implements QuarkusTestProfile {
  @Override
  public Map<String, String> getConfigOverrides() {
    return Map.of("muster.disk.full-below", "10P", "muster.disk.warn-below", "20P");
  }

  @Override
  public List<TestResourceEntry> testResources() {
    return List.of(new TestResourceEntry(EmbeddedUnderTest.class));
  }

  /// Those give the server an external database.
  @Override
  public boolean disableGlobalTestResources() {
    return true;
  }
}
