package dev.muster.server.viewer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// A viewer's end of a connection, which reads or does not.
final class FakeOutlet implements Outlet {
  private static final ObjectMapper JSON = new ObjectMapper();

  final BlockingQueue<String> sent = new LinkedBlockingQueue<>();
  final List<Goodbye> goodbyes = new CopyOnWriteArrayList<>();
  int pings;
  private volatile CompletableFuture<Void> answer = CompletableFuture.completedFuture(null);

  /// From now on nothing that is sent arrives, until [#read].
  void stopReading() {
    answer = new CompletableFuture<>();
  }

  void read() {
    CompletableFuture<Void> held = answer;
    answer = CompletableFuture.completedFuture(null);
    held.complete(null);
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

  /// The next message.
  JsonNode next() {
    try {
      return JSON.readTree(
          Objects.requireNonNull(sent.poll(20, TimeUnit.SECONDS), "nothing was sent"));
    } catch (JsonProcessingException failure) {
      throw new IllegalStateException(failure);
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
  }

  /// The messages up to the first that is like this.
  List<JsonNode> until(Predicate<JsonNode> last) {
    List<JsonNode> messages = new ArrayList<>();
    do {
      messages.add(next());
    } while (!last.test(messages.getLast()));
    return messages;
  }
}
