package dev.muster.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.testing.TestPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/// Rights keep the roles of the server from the log, and triggers keep everybody else.
@TestInstance(Lifecycle.PER_CLASS)
class AppendOnlyTest {
  private final AuditRoom room = new AuditRoom();
  private final AuditRoom.Log log = room.log().with("a", "b").sealed();

  private static final List<String> FORBIDDEN =
      List.of(
          "update audit.entry set action = 'x'",
          "delete from audit.entry",
          "truncate audit.entry",
          "update audit.seal set position = position + 1",
          "delete from audit.seal",
          "truncate audit.seal");

  @AfterAll
  void close() {
    room.close();
  }

  private String rows() {
    return String.join(
        "\n",
        room.texts("select t::text from audit.entry t union all select t::text from audit.seal t"));
  }

  @Test
  void theRolesOfTheServerMayNotChangeWhatIsWritten() {
    for (String sql : FORBIDDEN) {
      assertThatThrownBy(() -> room.database.in(log.organization, handle -> handle.execute(sql)))
          .describedAs(sql)
          .hasMessageContaining("permission denied");
      assertThatThrownBy(() -> room.database.acrossOrganizations(handle -> handle.execute(sql)))
          .describedAs(sql)
          .hasMessageContaining("permission denied");
    }
  }

  @Test
  void theChainIsWrittenByNobodyWhoServesOneOrganization() {
    for (String sql :
        List.of(
            "insert into audit.seal values ('%s', 9, gen_random_uuid(), now(), '')",
            "update audit.head set position = 9",
            "delete from audit.unsealed",
            "delete from audit.head")) {
      assertThatThrownBy(() ->
              room.database.in(
                  log.organization, handle -> handle.execute(sql.formatted(log.organization))))
          .describedAs(sql)
          .hasMessageContaining("permission denied");
    }
  }

  @Test
  void evenASuperuserIsStoppedByTheTriggers() {
    for (String sql : FORBIDDEN) {
      assertThatThrownBy(() -> room.asSuperuser(sql))
          .describedAs(sql)
          .hasRootCauseInstanceOf(SQLException.class)
          .hasMessageContaining("never changed");
    }
  }

  @Test
  void theOwnerOfTheTablesChangesNothing() throws SQLException {
    String before = rows();
    try (Connection owner =
            DriverManager.getConnection(
                TestPostgres.url(room.postgres.name()), "muster", TestPostgres.password());
        Statement statement = owner.createStatement()) {
      for (String sql : FORBIDDEN) {
        try {
          assertThat(statement.executeUpdate(sql)).describedAs(sql).isZero();
        } catch (SQLException refused) {
          assertThat(refused.getMessage()).describedAs(sql).contains("never changed");
        }
      }
    }
    assertThat(rows()).isEqualTo(before);
  }

  /// Saying that an organization is being erased gives the roles of the server no right to.
  @Test
  void onlyTheFunctionErasesAnOrganization() {
    String pretending = "select set_config('muster.audit_erasing', ?, true)";
    assertThatThrownBy(() ->
            room.database.acrossOrganizations(handle -> {
              handle.execute(pretending, log.organization.toString());
              return handle.execute("delete from audit.entry");
            }))
        .hasMessageContaining("permission denied");
    assertThatThrownBy(() ->
            room.database.in(
                log.organization,
                handle -> handle.execute("select audit.erase_organization(?)", log.organization)))
        .hasMessageContaining("permission denied");
  }

  @Test
  void theFunctionLeavesNoDoorOpen() {
    AuditRoom.Log erased = room.log().with("a");
    assertThatThrownBy(() ->
            room.database.acrossOrganizations(handle -> {
              room.audit.eraseOrganization(handle, erased.organization);
              return handle.execute("delete from audit.entry");
            }))
        .hasMessageContaining("permission denied");
    assertThat(erased.entries()).hasSize(1);
  }
}
