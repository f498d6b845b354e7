package dev.muster.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.muster.server.audit.Verdict.Kind;
import dev.muster.server.audit.Verdict.Problem;
import dev.muster.server.platform.MasterKey;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/// Whoever has all rights in the database, but not the master key, is found out.
@TestInstance(Lifecycle.PER_CLASS)
class VerificationTest {
  private final AuditRoom room = new AuditRoom();

  @AfterAll
  void close() {
    room.close();
  }

  private AuditRoom.Log sealedLog() {
    return room.log().with("a", "b", "c", "d", "e").sealed();
  }

  private static void assertProblem(
      Verdict verdict, Kind kind, @Nullable Long position, @Nullable UUID entry) {
    assertThat(verdict.problems())
        .singleElement()
        .extracting(Problem::kind, Problem::position, Problem::entry)
        .containsExactly(kind, position, entry);
  }

  @Test
  void anUntouchedLogIsIntact() {
    AuditRoom.Log log = sealedLog().with("f");

    Verdict verdict = log.verify();

    assertThat(verdict.problems()).isEmpty();
    assertThat(verdict.entries()).isEqualTo(6);
    assertThat(verdict.unsealed()).isEqualTo(1);
    assertThat(verdict.head().position()).isEqualTo(5);
    assertThat(verdict.head().hash()).matches("[0-9a-f]{64}");
    assertThat(log.verify(verdict.head()).intact()).isTrue();
  }

  @Test
  void anEmptyLogIsIntact() {
    assertThat(room.log().verify()).isEqualTo(new Verdict(0, 0, Head.NONE, List.of()));
  }

  @Test
  void aChangedEntryIsFound() {
    AuditRoom.Log log = sealedLog();
    UUID entry = log.entryOf("b");

    log.tamper("update audit.entry set after = '{\"name\": \"other\"}' where id = :a", entry);

    assertProblem(log.verify(), Kind.CHANGED, 2L, entry);
  }

  @Test
  void aRemovedEntryIsFound() {
    AuditRoom.Log log = sealedLog();
    UUID entry = log.entryOf("b");

    log.tamper("delete from audit.entry where id = :a", entry);

    assertProblem(log.verify(), Kind.REMOVED, 2L, entry);
  }

  @Test
  void anEntryRemovedTogetherWithItsPlaceIsFound() {
    AuditRoom.Log log = sealedLog();

    log.tamper(
        "delete from audit.entry where id = :a; delete from audit.seal where entry_id = :a",
        log.entryOf("b"));

    Verdict verdict = log.verify();
    assertThat(verdict.problems())
        .extracting(Problem::kind, Problem::position)
        .containsExactly(tuple(Kind.REMOVED, 2L));
  }

  /// A row that copies another one, so that it has all that a row of the server has.
  private static final String COPY =
      """
      insert into audit.entry (organization_id, id, at, actor_kind, actor_id, request_id, action,
        target_kind, target_id, before, after, mac)
      select organization_id, gen_random_uuid(), at, actor_kind, actor_id, request_id, action,
        target_kind, 'forged', before, after, mac from audit.entry where id = :a;
      """;

  @Test
  void anInsertedEntryIsFound() {
    AuditRoom.Log log = sealedLog();

    log.tamper(COPY, log.entryOf("b"));

    assertThat(log.verify().problems()).extracting(Problem::kind).containsExactly(Kind.INSERTED);
  }

  @Test
  void anInsertedEntryIsFoundBeforeAndAfterTheServerHasSealedIt() {
    AuditRoom.Log log = sealedLog();
    log.tamper(
        COPY
            + "insert into audit.unsealed select organization_id, id from audit.entry where organization_id = :log and target_id = 'forged'",
        log.entryOf("b"));
    UUID entry = log.entryOf("forged");

    assertProblem(log.verify(), Kind.INSERTED, null, entry);
    log.sealed();
    assertProblem(log.verify(), Kind.INSERTED, 6L, entry);
  }

  @Test
  void anEntryChangedBeforeItIsSealedIsFound() {
    AuditRoom.Log log = room.log().with("a");
    UUID entry = log.entryOf("a");
    log.tamper("update audit.entry set action = 'thing.made' where id = :a", entry);

    log.sealed();

    assertProblem(log.verify(), Kind.INSERTED, 1L, entry);
  }

  @Test
  void entriesThatChangedPlacesAreFound() {
    AuditRoom.Log log = sealedLog();

    log.tamper(
        """
        alter table audit.seal drop constraint seal_organization_id_entry_id_key;
        update audit.seal set entry_id = case when entry_id = :a then :b else :a end
        where entry_id in (:a, :b);
        alter table audit.seal add unique (organization_id, entry_id);
        """,
        log.entryOf("b"),
        log.entryOf("d"));

    assertThat(log.verify().problems())
        .extracting(Problem::kind, Problem::position)
        .containsExactly(tuple(Kind.REORDERED, 2L), tuple(Kind.REORDERED, 4L));
  }

  @Test
  void aGapThatWasClosedIsFound() {
    AuditRoom.Log log = sealedLog();

    log.tamper(
        "delete from audit.entry where id = :a; delete from audit.seal where entry_id = :a;"
            + " update audit.seal set position = 2 where organization_id = :log and position = 3;"
            + " update audit.seal set position = 3 where organization_id = :log and position = 4;"
            + " update audit.seal set position = 4 where organization_id = :log and position = 5",
        log.entryOf("b"));

    assertThat(log.verify().problems())
        .extracting(Problem::kind)
        .contains(Kind.REORDERED, Kind.TRUNCATED);
  }

  private static final String CUT =
      """
      delete from audit.entry e using audit.seal s
      where s.organization_id = :log and s.position > 3 and e.id = s.entry_id;
      delete from audit.seal where organization_id = :log and position > 3;
      """;

  @Test
  void aTailThatWasCutOffIsFound() {
    AuditRoom.Log log = sealedLog();

    log.tamper(CUT);

    assertProblem(log.verify(), Kind.TRUNCATED, 4L, null);
  }

  @Test
  void aTailThatWasCutOffAndGrewAgainIsFound() {
    AuditRoom.Log log = sealedLog();
    log.tamper(CUT);

    log.with("x", "y", "z").sealed();

    assertThat(log.verify().problems()).extracting(Problem::kind).containsExactly(Kind.TRUNCATED);
  }

  /// The one thing that a database alone cannot tell.
  @Test
  void aTailCutOffWithAnEarlierHeadPutBackIsFoundByWhoeverHasWrittenTheHeadDown() {
    AuditRoom.Log log = room.log().with("a", "b", "c").sealed();
    room.asSuperuser(
        "create table audit.kept as select * from audit.head where organization_id = '"
            + log.organization
            + "'");
    Head writtenDown = log.with("d", "e").sealed().verify().head();

    log.tamper(
        CUT
            + "update audit.head h set position = k.position, hash = k.hash, mac = k.mac"
            + " from audit.kept k where k.organization_id = h.organization_id;"
            + "drop table audit.kept");

    assertThat(log.verify().intact()).isTrue();
    assertProblem(log.verify(writtenDown), Kind.TRUNCATED, 5L, null);
    log.with("x", "y").sealed();
    assertProblem(log.verify(writtenDown), Kind.TRUNCATED, 5L, null);
  }

  @Test
  void anEndTakenAwayFromEntriesThatStayedIsFound() {
    AuditRoom.Log log = sealedLog();

    log.tamper("delete from audit.seal where organization_id = :log and position > 4");

    assertThat(log.verify().problems())
        .extracting(Problem::kind)
        .containsExactly(Kind.TRUNCATED, Kind.REMOVED);
  }

  /// What would deceive a chain of plain hashes.
  @Test
  void aChainThatWasComputedAnewWithoutTheKeyIsFound() {
    AuditRoom.Log log = sealedLog();
    UUID entry = log.entryOf("b");

    log.tamper(
        """
        update audit.entry set after = '{"name": "other"}', mac = sha256('x') where id = :a;
        do $$
        declare place record; before bytea := '';
        begin
          for place in select * from audit.seal where organization_id = :log order by position loop
            before := sha256(before || place.entry_id::text::bytea);
            update audit.seal set hash = before
            where organization_id = :log and position = place.position;
          end loop;
          update audit.head set hash = before, mac = sha256(before) where organization_id = :log;
        end $$;
        """,
        entry);

    List<Problem> problems = log.verify().problems();
    assertThat(problems).extracting(Problem::kind).contains(Kind.CHANGED);
    assertThat(problems).extracting(Problem::entry).contains(entry);
  }

  @Test
  void aHeadThatIsMissingOrForgedIsFoundAndNotMadeAnew() {
    AuditRoom.Log without = sealedLog();
    without.tamper("delete from audit.head where organization_id = :log");
    AuditRoom.Log forged = sealedLog();
    forged.tamper("update audit.head set position = 4 where organization_id = :log");

    assertThat(without.verify().problems())
        .extracting(Problem::kind)
        .containsExactly(Kind.TRUNCATED);
    assertProblem(forged.verify(), Kind.CHANGED, 4L, null);
    without.with("f").sealed();
    forged.with("f").sealed();
    assertThat(without.verify().intact()).isFalse();
    assertThat(without.verify().head().position()).isEqualTo(6);
    assertThat(forged.verify().intact()).isFalse();
  }

  @Test
  void whatWaitsForItsPlaceAndIsTakenAwayIsFound() {
    AuditRoom.Log entryGone = room.log().with("a", "b");
    UUID entry = entryGone.entryOf("a");
    entryGone.tamper("delete from audit.entry where id = :a", entry);
    AuditRoom.Log waitingGone = room.log().with("a", "b");
    UUID forgotten = waitingGone.entryOf("a");
    waitingGone.tamper("delete from audit.unsealed where entry_id = :a", forgotten);

    assertProblem(entryGone.verify(), Kind.REMOVED, null, entry);
    assertProblem(waitingGone.verify(), Kind.REMOVED, null, forgotten);
    assertThat(entryGone.sealed().verify().head().position()).isEqualTo(1);
  }

  /// What a column may be changed to, where it is no text.
  private static final Map<String, String> OTHERS =
      Map.of(
          "uuid", "gen_random_uuid()",
          "timestamptz", "now()",
          "jsonb", "'{\"x\": 1}'",
          "bytea", "sha256('x')",
          "int8", "%s + 1000");

  private void assertEveryColumnIsCovered(String table, String key) {
    List<String> columns =
        room.texts(
            "select column_name || ' ' || udt_name from information_schema.columns"
                + " where table_schema = 'audit' and is_generated = 'NEVER' and table_name = '"
                + table
                + "'");
    assertThat(columns).isNotEmpty();
    for (String column : columns) {
      String name = column.substring(0, column.indexOf(' '));
      String other =
          name.equals("actor_kind")
              ? "'key'"
              : OTHERS.getOrDefault(column.substring(name.length() + 1), "'other'").formatted(name);
      AuditRoom.Log log = sealedLog();
      UUID entry = log.entryOf("c");
      log.tamper(
          "update audit." + table + " set " + name + " = " + other + " where " + key + " = :a",
          entry);
      assertThat(log.verify().intact()).describedAs("%s.%s = %s", table, column, other).isFalse();
    }
  }

  @Test
  void noColumnOfAnEntryOrOfAPlaceCanBeChangedUnseen() {
    assertEveryColumnIsCovered("entry", "id");
    assertEveryColumnIsCovered("seal", "entry_id");
  }

  /// Whatever stands in a row, it is found and told, and stops neither the verification nor the
  /// sealing.
  @Test
  void aRowThatCannotEvenBeReadIsFound() {
    for (String change :
        List.of(
            "before = '[1]'",
            "after = '{\"x\": 1e500}'",
            "after = '\"text\"'",
            "at = 'infinity'",
            "at = '-infinity'",
            "actor_kind = 'nobody'")) {
      AuditRoom.Log log = sealedLog();
      UUID entry = log.entryOf("b");
      log.with("f");
      UUID waiting = log.entryOf("f");
      log.tamper(
          "alter table audit.entry drop constraint if exists entry_actor_kind;"
              + " update audit.entry set "
              + change
              + " where id in (:a, :b)",
          entry,
          waiting);

      log.sealed();

      assertThat(log.verify().problems())
          .describedAs(change)
          .extracting(Problem::kind, Problem::position, Problem::entry)
          .containsExactly(tuple(Kind.CHANGED, 2L, entry), tuple(Kind.INSERTED, 6L, waiting));
      assertThat(log.entries()).hasSize(6);
    }
  }

  @Test
  void aLogThatIsWrongThroughoutIsToldInAHundredProblems() {
    AuditRoom.Log log = room.log();
    for (int i = 0; i < 101; i++) {
      log.with("n" + i);
    }
    log.sealed().tamper("update audit.entry set request_id = 'x' where organization_id = :log");

    assertThat(log.verify().problems()).hasSize(Verdict.MOST_PROBLEMS);
  }

  @Test
  void anotherMasterKeyFindsEverythingForeign() {
    AuditRoom.Log log = sealedLog();
    var other =
        new AuditLog(
            room.database, MasterKey.of("AQECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"), List.of());

    assertThat(other.verify(log.admin, null).problems()).hasSizeGreaterThanOrEqualTo(5);
  }
}
