package dev.muster.server.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.postgres.DataFolder;
import dev.muster.server.postgres.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

final class ConnectionBudgetTest {
  @Test
  void aPoolThatDoesNotFitARealPostgresIsRefusedWithTheSum() throws IOException, SQLException {
    Path folder = Files.createTempDirectory(Files.createDirectories(Path.of("target/pg")), "c");
    Files.createSymbolicLink(
        folder.resolve("bin"), Files.createDirectories(Path.of("target/pg/bin").toAbsolutePath()));
    String home = System.getProperty("test.postgres-home", "");
    // 22 connections at the most, 3 of them for superusers
    try (DataFolder data = DataFolder.open(folder);
        EmbeddedPostgres postgres =
            home.isEmpty()
                ? EmbeddedPostgres.start(data, 2)
                : EmbeddedPostgres.start(data, 2, Path.of(home));
        Connection another = connect(postgres);
        Connection own = connect(postgres)) {
      assertThat(another.isValid(5)).isTrue();
      ConnectionBudget budget = ConnectionBudget.of(own);
      assertThat(budget).isEqualTo(new ConnectionBudget(22, 3, 1));
      assertThatCode(() -> budget.requireRoomFor(17)).doesNotThrowAnyException();

      PGSimpleDataSource source = new PGSimpleDataSource();
      source.setUrl(postgres.jdbcUrl());
      source.setUser(postgres.user());
      source.setPassword(postgres.password());
      assertThatThrownBy(() -> Migrations.run(source, 18))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "The database has too few connections for this node. It lets in 22, of which 3 are"
                  + " kept for superusers and 2 are held by others now (other nodes, tools), so 17"
                  + " are left; this node needs 19: muster.pool.size=18 and 1 for its health"
                  + " checks. Set muster.pool.size to 16 or less, or set max_connections of"
                  + " PostgreSQL to 24 or more.");
    }
  }

  private static Connection connect(EmbeddedPostgres postgres) throws SQLException {
    return DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
  }

  @Test
  void whereNoPoolWouldFitItDoesNotAdviseOne() {
    assertThatThrownBy(() -> new ConnectionBudget(20, 3, 12).requireRoomFor(5))
        .hasMessageContaining("Stop what holds them, or set max_connections of PostgreSQL to 21");
  }

  @Property
  void whatIsAdvisedFits(
      @ForAll @IntRange(min = 1, max = 500) int most,
      @ForAll @IntRange(max = 20) int reserved,
      @ForAll @IntRange(max = 600) int held,
      @ForAll @IntRange(min = 5, max = 300) int pool) {
    try {
      new ConnectionBudget(most, reserved, held).requireRoomFor(pool);
    } catch (IllegalStateException refused) {
      String words = String.valueOf(refused.getMessage());
      int raised = number(words, "max_connections of PostgreSQL to ");
      assertThatCode(() -> new ConnectionBudget(raised, reserved, held).requireRoomFor(pool))
          .doesNotThrowAnyException();
      if (words.contains("Set muster.pool.size")) {
        int smaller = number(words, "Set muster.pool.size to ");
        assertThat(smaller).isGreaterThanOrEqualTo(Settings.Pool.LEAST);
        assertThatCode(() -> new ConnectionBudget(most, reserved, held).requireRoomFor(smaller))
            .doesNotThrowAnyException();
      }
    }
  }

  private static int number(String words, String before) {
    String from = words.substring(words.indexOf(before) + before.length());
    return Integer.parseInt(from.replaceFirst("\\D.*", ""));
  }
}
