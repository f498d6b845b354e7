package dev.muster.server.doorbell;

import dev.muster.server.platform.Caller;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/// Connections to devices without a network, for the tests of other rooms.
public final class TestLines {
  private TestLines() {}

  /// The device is rung through `takes` from now on, which is given each message.
  public static void connect(
      Lines lines, Caller.Device device, Function<String, CompletionStage<Void>> takes) {
    lines.connect(
        device,
        new Line() {
          @Override
          public CompletionStage<Void> send(String message) {
            return takes.apply(message);
          }

          @Override
          public void ping() {}

          @Override
          public void hangUp(Goodbye why) {}
        });
    lines.connected(device);
  }
}
