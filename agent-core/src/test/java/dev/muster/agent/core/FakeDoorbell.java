package dev.muster.agent.core;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A doorbell that remembers who listens.
final class FakeDoorbell implements Doorbell {
  final List<String> listened = new ArrayList<>();
  @Nullable String token;
  @Nullable DoorbellListener listener;

  @Override
  public @Nullable String token() {
    return token;
  }

  @Override
  public void listen(String deviceId, @Nullable String deviceToken, DoorbellListener listener) {
    listened.add(deviceId + " " + deviceToken);
    this.listener = listener;
  }

  @Override
  public void close() {
    listener = null;
  }
}
