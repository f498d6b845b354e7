package dev.muster.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.archive.Partitions;
import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.testing.Race;
import dev.muster.server.testing.Tenants;
import dev.muster.server.testing.TestDatabase;
import dev.muster.server.testing.TestSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IngestTest {
  private static final Instant NOW = Instant.parse("2026-03-29T10:00:05Z");

  private final TestDatabase postgres = TestDatabase.create();
  private final OrganizationId organization = Tenants.fresh(postgres.database());
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

  IngestTest() {
    Jdbi owner = Jdbi.create(postgres.database().dataSource());
    Heartbeats.makeDay(owner, NOW);
    Heartbeats.makeDay(owner, NOW.plus(Duration.ofDays(1)));
  }

  @AfterAll
  void close() {
    postgres.close();
  }

  /// What came of one entry.
  private static final class Heard implements Ingest.Answer {
    HeartbeatStore.Counts counts = new HeartbeatStore.Counts(-1, -1);
    List<Integer> broken = List.of();
    Refusal refusal = Refusal.notFound("answer");

    @Override
    public void stored(HeartbeatStore.Counts stored, List<Integer> brokenOnes) {
      counts = stored;
      broken = brokenOnes;
    }

    @Override
    public void refused(Refusal refused) {
      refusal = refused;
    }
  }

  private Ingest ingest(Map<String, String> settings, BatchListener... listeners) {
    return new Ingest(
        postgres.database(), List.of(listeners), metrics, TestSettings.of(settings).telemetry());
  }

  private Caller.Device device() {
    return new Caller.Device(organization, Ids.next(), Ids.next());
  }

  private static Heartbeat live(Caller.Device device, Instant received, int battery) {
    byte[] body =
        Heartbeats.full("d", received)
            .replace("\"pct\": 81", "\"pct\": " + battery)
            .getBytes(StandardCharsets.UTF_8);
    return HeartbeatParser.one(body, body.length).live(device, received);
  }

  private static Heard submit(Ingest ingest, Heartbeat heartbeat) {
    Heard heard = new Heard();
    ingest.submit(new Ingest.Entry(List.of(heartbeat), false, heard));
    return heard;
  }

  private static Heard submitLate(Ingest ingest, List<Heartbeat> heartbeats) {
    Heard heard = new Heard();
    ingest.submit(new Ingest.Entry(heartbeats, true, heard));
    return heard;
  }

  private static Heartbeat late(Caller.Device device, Instant taken, Instant now) {
    byte[] body = Heartbeats.full("d", taken).getBytes(StandardCharsets.UTF_8);
    Heartbeat heartbeat =
        HeartbeatParser.one(body, body.length).late(device, now, now.minus(Duration.ofDays(7)));
    return Objects.requireNonNull(heartbeat);
  }

  private long rows(Caller.Device device) {
    return postgres
        .database()
        .in(
            organization,
            handle ->
                handle
                    .createQuery("select count(*) from telemetry.heartbeat where device_id = ?")
                    .bind(0, device.deviceId())
                    .mapTo(long.class)
                    .one());
  }

  private record Last(Instant seenAt, int battery) {}

  private Last last(Caller.Device device) {
    return postgres
        .database()
        .in(
            organization,
            handle ->
                handle
                    .createQuery(
                        "select seen_at, battery_pct from telemetry.last_status where device_id = ?")
                    .bind(0, device.deviceId())
                    .map((row, _) ->
                        new Last(
                            row.getTimestamp("seen_at").toInstant(), row.getInt("battery_pct")))
                    .one());
  }

  @Test
  void aHeartbeatIsInHistoryAndTheLastStatus() {
    Ingest ingest = ingest(Map.of());
    Caller.Device device = device();
    Heard heard = submit(ingest, live(device, NOW, 81));
    assertThat(heard.counts.stored()).as("not before it is committed").isEqualTo(-1);

    ingest.storeWaiting();

    assertThat(heard.counts).isEqualTo(new HeartbeatStore.Counts(1, 0));
    assertThat(rows(device)).isEqualTo(1);
    assertThat(last(device)).isEqualTo(new Last(NOW, 81));
  }

  @Test
  void aSecondOneInABucketRefreshesOnlyTheLastStatus() {
    Ingest ingest = ingest(Map.of());
    Caller.Device device = device();
    submit(ingest, live(device, NOW, 81));
    submit(ingest, live(device, NOW.plusSeconds(1), 80));
    ingest.storeWaiting();
    submit(ingest, live(device, NOW.plusSeconds(4), 79));
    ingest.storeWaiting();
    assertThat(rows(device)).isEqualTo(1);
    assertThat(last(device)).isEqualTo(new Last(NOW.plusSeconds(4), 79));

    submit(ingest, live(device, NOW.plusSeconds(5), 78));
    ingest.storeWaiting();
    assertThat(rows(device)).as("the next bucket").isEqualTo(2);
  }

  @Test
  void anOlderOneDoesNotTakeBackTheLastStatus() {
    Ingest ingest = ingest(Map.of());
    Caller.Device device = device();
    submit(ingest, live(device, NOW.plusSeconds(60), 70));
    ingest.storeWaiting();
    submit(ingest, live(device, NOW, 81));
    ingest.storeWaiting();

    assertThat(last(device)).isEqualTo(new Last(NOW.plusSeconds(60), 70));
    assertThat(rows(device)).isEqualTo(2);
  }

  @Test
  void aBatchThatIsSentAgainStoresNothingTwice() {
    Ingest ingest = ingest(Map.of());
    Caller.Device device = device();
    Instant now = NOW.plusSeconds(3_600);
    // the answer to this one was lost: it was taken in one bucket and received in another
    Instant taken = NOW.plusSeconds(3);
    byte[] body = Heartbeats.full("d", taken).getBytes(StandardCharsets.UTF_8);
    submit(ingest, HeartbeatParser.one(body, body.length).live(device, NOW.plusSeconds(31)));
    ingest.storeWaiting();
    List<Heartbeat> batch = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      batch.add(late(device, taken.plusSeconds(300L * i), now));
    }

    Heard first = submitLate(ingest, batch);
    ingest.storeWaiting();
    Heard again = submitLate(ingest, batch);
    ingest.storeWaiting();

    assertThat(first.counts).isEqualTo(new HeartbeatStore.Counts(9, 1));
    assertThat(again.counts).isEqualTo(new HeartbeatStore.Counts(0, 10));
    assertThat(rows(device)).isEqualTo(10);
    assertThat(last(device).seenAt()).isEqualTo(taken.plusSeconds(2_700));
  }

  @Test
  void whatADeviceWithAWrongClockSendsAgainIsKnown() {
    Ingest ingest = ingest(Map.of());
    Caller.Device device = device();
    Duration behind = Duration.ofHours(2);
    List<Heartbeat> again = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Instant received = NOW.plusSeconds(300L * i);
      byte[] body =
          Heartbeats.full("d", received.minus(behind).minusMillis(250L * i))
              .getBytes(StandardCharsets.UTF_8);
      submit(ingest, HeartbeatParser.one(body, body.length).live(device, received));
      again.add(
          Objects.requireNonNull(
              HeartbeatParser.one(body, body.length)
                  .late(device, NOW.plusSeconds(1_200), NOW.minus(Duration.ofHours(9)))));
    }
    ingest.storeWaiting();

    Heard heard = submitLate(ingest, again);
    ingest.storeWaiting();

    assertThat(heard.counts).isEqualTo(new HeartbeatStore.Counts(0, 4));
    assertThat(rows(device)).isEqualTo(4);
  }

  @Test
  void whatADeviceWhoseClockIsAheadSendsAgainIsKnown() {
    Ingest ingest = ingest(Map.of());
    Caller.Device device = device();
    Instant taken = NOW.plusSeconds(30);
    byte[] body = Heartbeats.full("d", taken).getBytes(StandardCharsets.UTF_8);
    submit(ingest, HeartbeatParser.one(body, body.length).live(device, NOW));
    ingest.storeWaiting();

    List<Heard> again = new ArrayList<>();
    for (int seconds : List.of(2, 12, 45)) {
      again.add(submitLate(ingest, List.of(late(device, taken, NOW.plusSeconds(seconds)))));
      ingest.storeWaiting();
    }

    assertThat(again)
        .extracting(heard -> heard.counts)
        .containsOnly(new HeartbeatStore.Counts(0, 1));
    assertThat(rows(device)).isEqualTo(1);
  }

  @Test
  void whatManyDevicesSayAgainAndAgainIsStoredOnce() {
    Ingest ingest = ingest(Map.of());
    Caller.Device one = device();
    Caller.Device other = device();
    String more = "\"com.example.new\": {\"installed\": true}, ";
    long before = details();
    submit(ingest, saying(one, NOW, more));
    submit(ingest, saying(other, NOW, more));
    ingest.storeWaiting();
    submit(ingest, saying(one, NOW.plusSeconds(10), more));
    ingest.storeWaiting();

    assertThat(details()).isEqualTo(before + 1);
    assertThat(lastSaid(one)).contains("com.example.new", "Till 7", "SM-T500");

    submit(ingest, saying(one, NOW.plusSeconds(20), ""));
    ingest.storeWaiting();
    assertThat(lastSaid(one)).doesNotContain("com.example.new").contains("SM-T500");
    assertThat(lastSaid(other)).contains("com.example.new");
  }

  @Test
  void whatNoHeartbeatSaysAnyMoreIsForgotten() {
    Ingest ingest = ingest(Map.of());
    Caller.Device device = device();
    submit(ingest, saying(device, NOW, "\"com.example.old\": {\"installed\": true}, "));
    ingest.storeWaiting();
    LocalDate today = LocalDate.ofInstant(NOW, ZoneOffset.UTC);
    long before = details();

    assertThat(forget(today)).as("used on that day").isZero();
    assertThat(forget(today.plusDays(1))).as("of no last status").isEqualTo(before - used());
    assertThat(lastSaid(device)).contains("com.example.old");

    submit(ingest, saying(device, NOW.plusSeconds(10), ""));
    ingest.storeWaiting();
    assertThat(forget(today.plusDays(1))).isPositive();
    assertThat(lastSaid(device)).contains("SM-T500");
  }

  private int forget(LocalDate before) {
    return postgres
        .database()
        .<Integer>acrossOrganizations(handle -> DetailStore.forget(handle, before, 1_000));
  }

  private static Heartbeat saying(Caller.Device device, Instant at, String apps) {
    byte[] body =
        Heartbeats.full("d", at)
            .replace("{\"com.example.pos\"", "{" + apps + "\"com.example.pos\"")
            .getBytes(StandardCharsets.UTF_8);
    return HeartbeatParser.one(body, body.length).live(device, at);
  }

  private long details() {
    return count("select count(*) from telemetry.detail");
  }

  private long used() {
    return count("select count(distinct detail) from telemetry.last_status");
  }

  private long count(String query) {
    return postgres
        .database()
        .<Long>in(organization, handle -> handle.createQuery(query).mapTo(long.class).one());
  }

  private String lastSaid(Caller.Device device) {
    DeviceId id = new DeviceId(device.deviceId());
    return postgres
        .database()
        .in(
            organization,
            handle ->
                Objects.requireNonNull(
                        TelemetryStore.lastStatuses(handle, organization, List.of(id)).get(id))
                    .rest()
                    .canonical());
  }

  @Test
  void theRowsOfADeviceAreFoundWithAndWithoutAnIndexByDevice() {
    Ingest ingest = ingest(Map.of());
    Caller.Device device = device();
    for (int i = 0; i < 60; i++) {
      submit(ingest, live(device, NOW.plusSeconds(7L * i * i), 50));
      submit(ingest, live(device(), NOW.plusSeconds(7L * i * i), 50));
    }
    ingest.storeWaiting();
    Instant end = NOW.plusSeconds(7L * 60 * 60);
    List<Instant> all =
        found(device, List.of(new Partitions.Span(NOW.minusSeconds(60), end, true)));
    assertThat(all).hasSizeGreaterThan(50);
    for (Instant cut : List.of(NOW, NOW.plusSeconds(1), NOW.plusSeconds(295), all.get(20))) {
      assertThat(
              found(
                  device,
                  List.of(
                      new Partitions.Span(NOW.minusSeconds(60), cut, true),
                      new Partitions.Span(cut, end, false))))
          .isEqualTo(all);
      assertThat(
              found(
                  device,
                  List.of(
                      new Partitions.Span(NOW.minusSeconds(60), cut, false),
                      new Partitions.Span(cut, end, false))))
          .isEqualTo(all);
    }
  }

  private List<Instant> found(Caller.Device device, List<Partitions.Span> spans) {
    DeviceHistory history = new DeviceHistory(organization, new DeviceId(device.deviceId()), spans);
    return postgres
        .database()
        .in(
            organization,
            handle ->
                history
                    .bound(
                        handle.createQuery(
                            "select bucket from (" + history.rows() + ") h order by bucket"))
                    .map((row, _) -> row.getTimestamp(1).toInstant())
                    .list());
  }

  @Test
  void theFirstOfADeviceIsToldApart() {
    List<DeviceId> first = Collections.synchronizedList(new ArrayList<>());
    List<DeviceId> newest = Collections.synchronizedList(new ArrayList<>());
    Ingest ingest =
        ingest(
            Map.of(),
            (_, heard, fresh) -> {
              heard.forEach(one -> newest.add(one.device()));
              fresh.forEach(one -> first.add(one.device()));
            });
    Caller.Device device = device();
    DeviceId id = new DeviceId(device.deviceId());
    submit(ingest, live(device, NOW, 81));
    submit(ingest, live(device, NOW.plusSeconds(1), 81));
    ingest.storeWaiting();
    submit(ingest, live(device, NOW.plusSeconds(2), 81));
    ingest.storeWaiting();
    submit(ingest, live(device, NOW, 81));
    ingest.storeWaiting();

    assertThat(first).containsExactly(id);
    assertThat(newest).as("once a batch, and not when it is old").containsExactly(id, id);
  }

  @Test
  void theOneThatCannotBeStoredIsRefusedAloneAndTheOthersAreStored() {
    Caller.Device poisoned = device();
    Ingest ingest =
        ingest(
            Map.of(),
            (_, heard, _) -> {
              if (heard.stream()
                  .anyMatch(one -> one.device().value().equals(poisoned.deviceId()))) {
                throw new IllegalStateException("poison");
              }
            });
    List<Caller.Device> devices = new ArrayList<>();
    List<Heard> answers = new ArrayList<>();
    Heard refused = new Heard();
    for (int i = 0; i < 37; i++) {
      if (i == 20) {
        refused = submit(ingest, live(poisoned, NOW, 50));
      }
      devices.add(device());
      answers.add(submit(ingest, live(devices.getLast(), NOW, 50)));
    }
    ingest.storeWaiting();

    assertThat(refused.refusal.code()).isEqualTo(ErrorCode.INTERNAL);
    assertThat(rows(poisoned)).isZero();
    assertThat(answers).allMatch(answer -> answer.counts.stored() == 1);
    assertThat(devices).allMatch(device -> rows(device) == 1);
  }

  @Test
  void ofABatchThoseThatCannotBeStoredAreNamedAndTheOthersAreStored() {
    Ingest ingest = ingest(Map.of());
    Caller.Device device = device();
    List<Heartbeat> batch = new ArrayList<>();
    for (int i = 0; i < 41; i++) {
      Instant taken = i == 40 ? NOW.minus(Duration.ofDays(1)) : NOW.plusSeconds(10L * i);
      Heartbeat good = late(device, taken, NOW.plusSeconds(600));
      batch.add(i == 7 || i == 20 ? poisoned(good) : good);
    }
    Heard other = submit(ingest, live(device(), NOW, 50));
    Heard heard = submitLate(ingest, batch);
    Heard alone = submitLate(ingest, List.of(batch.get(7)));
    ingest.storeWaiting();

    assertThat(heard.counts).isEqualTo(new HeartbeatStore.Counts(38, 0));
    assertThat(heard.broken).containsExactly(7, 20, 40);
    assertThat(rows(device)).isEqualTo(38);
    assertThat(last(device).seenAt()).isEqualTo(NOW.plusSeconds(390));
    assertThat(alone.broken).containsExactly(0);
    assertThat(other.counts.stored()).isEqualTo(1);
    assertThat(ingest.isIdle()).isTrue();
  }

  /// With a number that is JSON, and no numeric of PostgreSQL.
  private static Heartbeat poisoned(Heartbeat good) {
    return new Heartbeat(
        good.organization(),
        good.device(),
        good.bucket(),
        good.takenAt(),
        good.receivedAt(),
        good.readings(),
        "{\"queue_depth\": 1e-20000}",
        good.detail());
  }

  @Test
  void aBatchOfWhichNothingCanBeStoredForAFaultOfTheServerIsNotRefusedByItsRows() {
    Ingest ingest =
        ingest(
            Map.of(),
            (_, _, _) -> {
              throw new IllegalStateException("poison");
            });
    Caller.Device device = device();
    Heard heard =
        submitLate(
            ingest, List.of(late(device, NOW, NOW), late(device, NOW.minusSeconds(60), NOW)));
    ingest.storeWaiting();

    assertThat(heard.refusal.code()).isEqualTo(ErrorCode.INTERNAL);
    assertThat(heard.broken).isEmpty();
  }

  @Test
  void aHeartbeatWhoseValuesTheDatabaseRefusesIsInvalid() {
    Ingest ingest = ingest(Map.of());
    Heard heard = submit(ingest, poisoned(live(device(), NOW, 81)));
    ingest.storeWaiting();

    assertThat(heard.refusal.code()).isEqualTo(ErrorCode.INVALID_FIELDS);
  }

  @Test
  void whatHasNoPartitionIsRefusedAlone() {
    Ingest ingest = ingest(Map.of());
    Caller.Device device = device();
    Heard nowhere = submit(ingest, live(device, NOW.plus(Duration.ofDays(400)), 81));
    Heard good = submit(ingest, live(device, NOW, 80));
    ingest.storeWaiting();

    assertThat(nowhere.refusal.code()).isEqualTo(ErrorCode.INTERNAL);
    assertThat(good.counts.stored()).isEqualTo(1);
  }

  @Test
  void aFullQueueRefusesAtOnceAndNothingThatItHasTaken() {
    Ingest ingest = ingest(Map.of("muster.telemetry.queue", "5"));
    List<Heard> taken = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      taken.add(submit(ingest, live(device(), NOW, 81)));
    }
    assertThat(ingest.isFull()).isTrue();
    Heard over = submit(ingest, live(device(), NOW, 81));
    assertThat(over.refusal.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(over.refusal.retryAfter()).isPositive();

    for (int i = 0; i < 1_000; i++) {
      submit(ingest, live(device(), NOW, 81));
    }

    ingest.storeWaiting();
    assertThat(taken).allMatch(answer -> answer.counts.stored() == 1);
    assertThat(ingest.isFull()).isFalse();
    assertThat(ingest.isIdle()).as("what is refused takes no room").isTrue();
  }

  @Test
  void neverMoreMemoryIsTakenThanIsAllowed() {
    Ingest ingest = ingest(Map.of("muster.telemetry.queue-memory", "10K"));
    List<Heard> answers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      answers.add(submit(ingest, live(device(), NOW, 81)));
    }
    long refused = answers.stream().filter(a -> a.refusal.code() == ErrorCode.UNAVAILABLE).count();
    assertThat(refused).isBetween(5L, 18L);
    assertThat(metrics.get("muster.ingest.queue.bytes").gauges()).isNotEmpty();
    ingest.storeWaiting();
    assertThat(submitAndStore(ingest).counts.stored()).isEqualTo(1);
  }

  private Heard submitAndStore(Ingest ingest) {
    Heard heard = submit(ingest, live(device(), NOW, 81));
    ingest.storeWaiting();
    return heard;
  }

  @Test
  void nodesThatStoreTheSameDevicesAtOnceDoNotHoldEachOtherUp() {
    List<Caller.Device> devices = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      devices.add(device());
    }
    List<List<Heard>> answers =
        Race.times(
            4,
            node -> {
              Ingest ingest = ingest(Map.of());
              Random random = new Random(node);
              List<Heard> heard = new ArrayList<>();
              for (int round = 0; round < 8; round++) {
                List<Caller.Device> shuffled = new ArrayList<>(devices);
                Collections.shuffle(shuffled, random);
                for (Caller.Device device : shuffled) {
                  heard.add(
                      submit(ingest, live(device, NOW.plusSeconds(10L * round + node), round)));
                }
                ingest.storeWaiting();
              }
              return heard;
            });

    assertThat(answers).allMatch(heard -> heard.stream().allMatch(one -> one.counts.stored() == 1));
    assertThat(devices).allMatch(device -> rows(device) >= 8 && rows(device) <= 9);
    assertThat(devices).allMatch(device -> last(device).battery() == 7);
  }

  @Test
  void daysChangeInUtcWhateverTheZoneOfTheServer() {
    Ingest ingest = ingest(Map.of());
    Caller.Device device = device();
    Instant midnight = Instant.parse("2026-03-30T00:00:00Z");
    submit(ingest, live(device, midnight.minusMillis(1), 81));
    submit(ingest, live(device, midnight, 80));
    ingest.storeWaiting();

    List<String> partitions =
        postgres.database().in(organization, handle -> partitions(handle, device));
    assertThat(partitions)
        .containsExactly("telemetry.test_2026_03_29", "telemetry.test_2026_03_30");
  }

  private static List<String> partitions(Handle handle, Caller.Device device) {
    return handle
        .createQuery(
            "select cast(tableoid::regclass as text) from telemetry.heartbeat where device_id = ? order by bucket")
        .bind(0, device.deviceId())
        .mapTo(String.class)
        .list();
  }
}
