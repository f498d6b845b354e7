package dev.muster.bench;

import java.io.IOException;
import java.util.Map;

/// Publishing over HTTP.
final class Publications {
  private Publications() {}

  /// A payload that no two numbers have in common.
  static Map<String, ?> payload(int number) {
    return Map.of(
        "cameraDisabled", true, "passwordMinLength", 4, "screenLockSeconds", 300 + number);
  }

  static void publish(Api admin, String policy, Map<String, ?> payload)
      throws IOException, InterruptedException {
    admin.send("POST", "/api/policies/" + policy + "/versions/", Map.of("payload", payload));
  }
}
