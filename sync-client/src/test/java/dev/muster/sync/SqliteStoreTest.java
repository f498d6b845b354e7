package dev.muster.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteStoreTest {
  @TempDir private Path folder;

  @Test
  void twoHaveTheSameFileOpenAndSeeWhatTheOtherKept() throws IOException {
    Path file = folder.resolve("tasks.db");
    try (SqliteStore one = SqliteStore.open(file);
        SqliteStore other = SqliteStore.open(file)) {
      remember(one, "a", "1");
      remember(other, "b", "2");
      assertThat(recalled(one, "b")).isEqualTo("2");
      assertThat(recalled(other, "a")).isEqualTo("1");
    }
  }

  @Test
  void workThatFailsLeavesNothing() throws IOException {
    try (SqliteStore store = SqliteStore.open(folder.resolve("tasks.db"))) {
      assertThatThrownBy(() ->
              store.in(transaction -> {
                transaction.remember("a", "1");
                throw new IOException("broken off");
              }))
          .hasMessage("broken off");
      assertThat(recalled(store, "a")).isEmpty();
      remember(store, "a", "2");
      assertThat(recalled(store, "a")).isEqualTo("2");
    }
  }

  private static String recalled(SqliteStore store, String name) throws IOException {
    return store.in(transaction -> transaction.recall(name));
  }

  private static void remember(SqliteStore store, String name, String value) throws IOException {
    store.in(transaction -> {
      transaction.remember(name, value);
      return value;
    });
  }
}
