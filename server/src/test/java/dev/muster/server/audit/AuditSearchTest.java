package dev.muster.server.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.audit.AuditSearch.Cursor;
import dev.muster.server.audit.AuditSearch.Found;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A log of 30,000 entries is searched like one of thirty.
@TestInstance(Lifecycle.PER_CLASS)
class AuditSearchTest {
  private static final UUID FREQUENT = UUID.fromString("0190f3a2-0000-7000-8000-000000000001");
  private static final UUID RARE = UUID.fromString("0190f3a2-0000-7000-8000-000000000002");
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
  private static final int PAGE = 20;

  private final AuditRoom room = new AuditRoom();
  private final AuditRoom.Log log = room.log();

  /// An entry a second. One in a thousand is of the rare kind; the other organization has as many.
  @BeforeAll
  void fill() {
    for (AuditRoom.Log filled : List.of(log, room.log())) {
      room.asSuperuser(
          """
          insert into audit.entry (organization_id, id, at, actor_kind, actor_id, request_id, action,
            target_kind, target_id, before, after, mac)
          select '%s', gen_random_uuid(), timestamptz '2026-01-01T00:00:00Z' + n * interval '1 second',
            case when n %% 1000 = 0 then 'key' else 'person' end,
            case when n %% 1000 = 0 then '%s' else '%s' end::uuid, 'r' || n,
            case when n %% 1000 = 0 then 'user.made' else 'thing.made' end,
            case when n %% 1000 = 0 then 'user' else 'thing' end, 't' || n %% 2000, '{}', '{}', ''
          from generate_series(1, 30000) n
          """
              .formatted(filled.organization, RARE, FREQUENT));
    }
    room.asSuperuser("analyze audit.entry");
  }

  @AfterAll
  void close() {
    room.close();
  }

  private static AuditFilter action(String action) {
    return new AuditFilter(null, null, action, null, null, null, null, null);
  }

  private static AuditFilter times(String from, String until) {
    return new AuditFilter(
        null, null, null, null, null, null, Instant.parse(from), Instant.parse(until));
  }

  static Stream<AuditFilter> filters() {
    return Stream.of(
        AuditRoom.all(),
        new AuditFilter(FREQUENT, null, null, null, null, null, null, null),
        new AuditFilter(RARE, null, null, null, null, null, null, null),
        new AuditFilter(null, Actor.Kind.KEY, null, null, null, null, null, null),
        action("user.made"),
        action("user."),
        action("thing."),
        new AuditFilter(null, null, null, "user", null, null, null, null),
        new AuditFilter(null, null, null, null, "t7", null, null, null),
        new AuditFilter(null, null, null, null, null, "r77", null, null),
        times("2026-01-01T01:00:00Z", "2026-01-01T02:00:00Z"));
  }

  private List<Found> page(Handle handle, AuditFilter filter, @Nullable Cursor after) {
    return new AuditSearch(log.organization, filter).page(handle, after, PAGE);
  }

  @ParameterizedTest
  @MethodSource("filters")
  void aPageReadsAboutAsManyRowsAsItShows(AuditFilter filter) {
    AuditRoom.Read first =
        room.database.acrossOrganizations(handle ->
            AuditRoom.Read.by(
                handle, reading -> assertThat(page(reading, filter, null)).isNotEmpty()));
    Cursor middle = new Cursor(BEGIN.plusSeconds(9_000), RARE);
    AuditRoom.Read later =
        room.database.acrossOrganizations(handle ->
            AuditRoom.Read.by(
                handle, reading -> assertThat(page(reading, filter, middle)).isNotNull()));

    assertThat(first.bySequence() + later.bySequence()).isZero();
    assertThat(first.byIndex()).isLessThanOrEqualTo(PAGE + 5);
    assertThat(later.byIndex()).isLessThanOrEqualTo(PAGE + 5);
  }

  @ParameterizedTest
  @MethodSource("filters")
  void thePagesTogetherAreTheWholeListNewestFirst(AuditFilter filter) {
    List<Instant> times = new ArrayList<>();
    AuditLog.Page page = room.log.page(log.admin, filter, null, 500);
    for (int pages = 0; pages < 4; pages++) {
      page.entries().forEach(named -> times.add(named.entry().at()));
      if (!page.more()) {
        break;
      }
      page = room.log.page(log.admin, filter, page.entries().getLast().cursor(), 500);
    }

    assertThat(times).isSortedAccordingTo(Comparator.reverseOrder()).doesNotHaveDuplicates();
    if (times.size() < 2_000) {
      assertThat(room.log.count(log.admin, filter)).isEqualTo(times.size());
    }
  }

  @Test
  void countingEndsAtTenThousand() {
    assertThat(room.log.count(log.admin, AuditRoom.all())).isEqualTo(AuditSearch.MOST_COUNTED);
    assertThat(room.log.count(log.admin, action("user."))).isEqualTo(30);
  }

  @Test
  void theRangeOfTimesHasItsBeginningAndNotItsEnd() {
    AuditFilter filter = times("2026-01-01T00:00:10Z", "2026-01-01T00:00:13Z");

    assertThat(room.log.page(log.admin, filter, null, 50).entries())
        .extracting(named -> named.entry().at())
        .containsExactly(BEGIN.plusSeconds(12), BEGIN.plusSeconds(11), BEGIN.plusSeconds(10));
  }
}
