package dev.muster.agent;

import dev.muster.agent.core.Doorbell;
import dev.muster.agent.core.DoorbellListener;
import dev.muster.agent.core.Transport;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The network of one simulated device, which may be gone while the device lives on: then nothing
/// gets through in either direction, and its doorbell is silent.
final class SimulatedNetwork implements Transport, Doorbell {
  private final Transport transport;
  private final Doorbell doorbell;
  private volatile boolean up = true;

  SimulatedNetwork(Transport transport, Doorbell doorbell) {
    this.transport = transport;
    this.doorbell = doorbell;
  }

  boolean isUp() {
    return up;
  }

  synchronized void up() {
    up = true;
  }

  synchronized void down() {
    up = false;
    doorbell.close();
  }

  @Override
  public Reply exchange(Request request) throws IOException, InterruptedException {
    requireUp();
    Reply reply = transport.exchange(request);
    requireUp(); // else the answer got lost
    return reply;
  }

  private void requireUp() throws IOException {
    if (!up) {
      throw new IOException("The network is gone");
    }
  }

  @Override
  public @Nullable String token() {
    return doorbell.token();
  }

  @Override
  public synchronized void listen(
      String deviceId, @Nullable String deviceToken, DoorbellListener listener) {
    if (up) {
      doorbell.listen(deviceId, deviceToken, listener);
    }
  }

  @Override
  public synchronized void close() {
    doorbell.close();
  }
}
