package dev.muster.server.doorbell;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// A connection to a device that takes what it is sent as it was told to.
final class FakeLine implements Line {
  final List<String> sent = new ArrayList<>();
  final List<Goodbye> goodbyes = new ArrayList<>();
  int pings;
  private final CompletableFuture<Void> answer;

  private FakeLine(CompletableFuture<Void> answer) {
    this.answer = answer;
  }

  static FakeLine good() {
    return new FakeLine(CompletableFuture.completedFuture(null));
  }

  static FakeLine stuck() {
    return new FakeLine(new CompletableFuture<>());
  }

  static FakeLine broken() {
    return new FakeLine(CompletableFuture.failedFuture(new IllegalStateException("reset")));
  }

  @Override
  public CompletionStage<Void> send(String message) {
    sent.add(message);
    return answer;
  }

  @Override
  public void ping() {
    pings++;
  }

  @Override
  public void hangUp(Goodbye why) {
    goodbyes.add(why);
  }
}
