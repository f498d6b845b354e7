package dev.muster.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.muster.protocol.Json;
import dev.muster.server.audit.Verdict.Kind;
import dev.muster.server.audit.Verdict.Problem;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/// What is personal can be erased, and nothing else can.
@TestInstance(Lifecycle.PER_CLASS)
class PersonalDataTest {
  private final AuditRoom room = new AuditRoom();
  private final UUID ann = AuditRoom.anybody();
  private final UUID bob = AuditRoom.anybody();

  @AfterAll
  void close() {
    room.close();
  }

  private static Change hired(UUID user, String email) {
    return Change.of("user.created", "user", user)
        .to(Json.obj(Map.of("email", Json.of(email))))
        .about(user);
  }

  private AuditRoom.Log logOfTwo() {
    AuditRoom.Log log = room.log();
    log.change(hired(ann, "ann@example.org"));
    log.change(hired(bob, "bob@example.org"));
    return log.sealed();
  }

  private void erase(AuditRoom.Log log, UUID user) {
    room.database.in(
        log.organization,
        handle -> {
          int erased = room.audit.erasePerson(handle, log.organization, user);
          room.audit.record(handle, log.admin, Change.of("user.erased", "user", user));
          return erased;
        });
  }

  private static List<String> emails(AuditRoom.Log log) {
    return log.entries().stream().map(named -> named.found().stored().after().canonical()).toList();
  }

  @Test
  void personalDataAreShownWhileTheyAreThere() {
    AuditRoom.Log log = logOfTwo();

    assertThat(emails(log))
        .containsExactly("{\"email\":\"bob@example.org\"}", "{\"email\":\"ann@example.org\"}");
    assertThat(log.verify().intact()).isTrue();
  }

  @Test
  void theyAreNowhereButInTheirOwnTable() {
    AuditRoom.Log log = logOfTwo();

    for (String table : List.of("entry", "seal", "head", "unsealed")) {
      assertThat(
              room.texts(
                  "select t::text from audit." + table + " t where t::text like '%@example%'"))
          .describedAs(table)
          .isEmpty();
    }
    assertThat(log.entries()).hasSize(2);
  }

  @Test
  void theLogOfAnErasedPersonVerifies() {
    AuditRoom.Log log = logOfTwo();

    erase(log, ann);

    assertThat(log.verify().problems()).isEmpty();
    assertThat(log.sealed().verify().problems()).isEmpty();
    assertThat(emails(log)).containsExactly("{}", "{\"email\":\"bob@example.org\"}", "{}");
    assertThat(log.entries().getLast().found().stored().erased()).isTrue();
    assertThat(log.entries().get(1).found().stored().erased()).isFalse();
  }

  @Test
  void personalDataThatWereChangedAreFound() {
    AuditRoom.Log log = logOfTwo();

    log.tamper(
        "update audit.personal set after = '{\"email\": \"eve@example.org\"}'"
            + " where organization_id = :log and after::text like '%ann%'");

    assertThat(log.verify().problems()).extracting(Problem::kind).containsExactly(Kind.CHANGED);
  }

  @Test
  void personalDataThatAreGoneWithoutAnErasureAreFound() {
    AuditRoom.Log log = logOfTwo();
    erase(log, bob);

    log.tamper("delete from audit.personal where organization_id = :log");

    assertThat(log.verify().problems())
        .extracting(Problem::kind, Problem::position)
        .containsExactly(tuple(Kind.REMOVED, 1L));
  }

  @Test
  void anErasureThatTheServerHasNotWrittenCountsForNothing() {
    AuditRoom.Log log = logOfTwo();

    log.tamper(
        """
        delete from audit.personal where organization_id = :log and person_id = :a;
        insert into audit.entry (organization_id, id, at, actor_kind, action, target_kind,
          target_id, before, after, mac)
        values (:log, gen_random_uuid(), now(), 'server', 'user.erased', 'user', (:a)::text, '{}', '{}', sha256('x'));
        """,
        ann);

    assertThat(log.verify().problems())
        .extracting(Problem::kind)
        .containsExactlyInAnyOrder(Kind.REMOVED, Kind.INSERTED);
  }

  /// Low entropy: without a salt one could try all names.
  @Test
  void theSameDataHaveAnotherCommitmentEachTime() {
    AuditRoom.Log log = room.log();
    log.change(hired(ann, "ann@example.org"));
    log.change(hired(ann, "ann@example.org"));

    assertThat(log.entries())
        .extracting(named -> named.entry().commitment())
        .doesNotHaveDuplicates()
        .doesNotContainNull();
  }

  @Test
  void aPersonIsErasedInOneOrganizationOnly() {
    AuditRoom.Log own = logOfTwo();
    AuditRoom.Log other = logOfTwo();

    erase(own, ann);

    assertThat(emails(other)).contains("{\"email\":\"ann@example.org\"}");
    assertThat(other.verify().intact()).isTrue();
  }

  @Test
  void anOrganizationIsErasedWithItsWholeLogAndNoOther() {
    AuditRoom.Log own = logOfTwo().with("waiting");
    AuditRoom.Log other = logOfTwo();

    room.database.acrossOrganizations(handle -> {
      room.audit.eraseOrganization(handle, own.organization);
      return null;
    });

    for (String table : List.of("entry", "personal", "seal", "head", "unsealed")) {
      assertThat(
              room.texts(
                  "select 1 from audit."
                      + table
                      + " where organization_id = '"
                      + own.organization
                      + "'"))
          .describedAs(table)
          .isEmpty();
    }
    assertThat(own.verify()).isEqualTo(new Verdict(0, 0, Head.NONE, List.of()));
    assertThat(other.entries()).hasSize(2);
    assertThat(other.verify().intact()).isTrue();
  }
}
