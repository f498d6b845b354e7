package dev.muster.server.testing;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/// A server that asks nobody for a credential. Its tests share one.
public final class OpenServer implements QuarkusTestProfile {
  @Override
  public Map<String, String> getConfigOverrides() {
    return Map.of("muster.open", "true");
  }
}
