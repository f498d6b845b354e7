package dev.muster.server.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class GatheredTest {
  private final List<Collection<Integer>> queries = new CopyOnWriteArrayList<>();

  /// Odd numbers have a row.
  private Map<Integer, String> rows(Collection<Integer> keys) {
    queries.add(keys);
    Map<Integer, String> rows = new HashMap<>();
    keys.stream().filter(key -> key % 2 == 1).forEach(key -> rows.put(key, "row " + key));
    return rows;
  }

  @Test
  void thoseWhoAskDuringAQueryShareTheNext() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Gathered<Integer, String> gathered =
        new Gathered<>(
            40,
            keys -> {
              if (begun.getCount() == 1) {
                begun.countDown();
                await(goOn);
              }
              return rows(keys);
            });
    List<Future<Optional<String>>> answers = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Optional<String>> first = threads.submit(() -> gathered.find(1));
      await(begun);
      CountDownLatch asking = new CountDownLatch(100);
      for (int i = 0; i < 100; i++) {
        int key = i % 50;
        answers.add(
            threads.submit(() -> {
              asking.countDown();
              return gathered.find(key);
            }));
      }
      await(asking);
      assertThat(answers).noneMatch(Future::isDone);
      goOn.countDown();
      assertThat(first.get()).contains("row 1");
      for (int i = 0; i < 100; i++) {
        int key = i % 50;
        assertThat(answers.get(i).get())
            .isEqualTo(key % 2 == 1 ? Optional.of("row " + key) : Optional.empty());
      }
    }
    assertThat(queries.getFirst()).containsExactly(1);
    assertThat(queries).hasSizeLessThan(100).allMatch(keys -> keys.size() <= 40);
  }

  @Test
  void aFailureIsTheirsWhoAskedAndNotOfTheNext() {
    boolean[] broken = {true};
    Gathered<Integer, String> gathered =
        new Gathered<>(
            40,
            keys -> {
              if (broken[0]) {
                throw new IllegalStateException("broken");
              }
              return rows(keys);
            });
    assertThatThrownBy(() -> gathered.find(1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("broken");
    broken[0] = false;
    assertThat(gathered.find(1)).contains("row 1");
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
  }
}
