package dev.muster.server.viewer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.ComplianceState;
import dev.muster.server.device.DeviceId;
import dev.muster.server.live.Change;
import dev.muster.server.platform.Ids;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CoalescerTest {
  private static final Instant AT = Instant.parse("2026-01-15T10:00:00Z");
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final Coalescer coalescer = new Coalescer();
  private final DeviceId till = new DeviceId(Ids.next());
  private final DeviceId door = new DeviceId(Ids.next());

  private static Told state(DeviceId device, long number) {
    return new Told.OfChange(
        new Change.OfCompliance(
            number, AT, device, "d", ComplianceState.COMPLIANT, number, number));
  }

  private static Told seen(DeviceId device, int battery) {
    return new Told.Seen(new Sighting(device, AT, battery, null));
  }

  private static Told erased(DeviceId device, long number) {
    return new Told.OfChange(new Change.Erased(number, AT, device, "d"));
  }

  private static List<Long> numbers(Optional<Frame> frame) {
    return frame.orElseThrow().changes().stream().map(Told::number).toList();
  }

  @Test
  void theFirstChangeIsToldAtOnceAndTheNewestOfTheOthersASecondLater() {
    coalescer.note(state(till, 1));
    assertThat(coalescer.dueIn(0)).isZero();
    assertThat(numbers(coalescer.take(0, 1))).containsExactly(1L);

    coalescer.note(state(till, 2));
    coalescer.note(state(till, 3));

    assertThat(coalescer.dueIn(1)).isEqualTo(SECOND - 1);
    assertThat(coalescer.take(SECOND - 1, 3)).isEmpty();
    assertThat(numbers(coalescer.take(SECOND, 3))).containsExactly(3L);
    assertThat(coalescer.coalesced()).isEqualTo(1);
    assertThat(coalescer.dueIn(SECOND)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void oneDeviceHoldsUpNoOther() {
    coalescer.note(state(till, 1));
    coalescer.take(0, 1);
    coalescer.note(state(till, 2));
    coalescer.note(state(door, 3));

    assertThat(numbers(coalescer.take(10, 3))).containsExactly(3L);
    assertThat(numbers(coalescer.take(SECOND, 3))).containsExactly(2L);
  }

  @Test
  void allThatThereIsOfADeviceIsToldTogether() {
    coalescer.note(state(till, 1));
    coalescer.note(seen(till, 50));
    coalescer.note(seen(till, 49));

    Frame frame = coalescer.take(0, 1).orElseThrow();

    assertThat(frame.changes()).containsExactly(state(till, 1), seen(till, 49));
  }

  @Test
  void thePlaceIsBeforeWhateverIsHeldBack() {
    coalescer.note(state(till, 4));
    coalescer.take(0, 4);
    coalescer.note(state(till, 5));
    coalescer.note(state(door, 9));

    assertThat(coalescer.take(1, 9).orElseThrow().place()).isEqualTo(4);
    coalescer.note(state(till, 11));
    assertThat(coalescer.place(12)).isEqualTo(10);
    assertThat(coalescer.take(SECOND, 12).orElseThrow().place()).isEqualTo(12);
  }

  @Test
  void aSightingHoldsNoPlace() {
    coalescer.note(seen(till, 1));
    assertThat(coalescer.place(7)).isEqualTo(7);
  }

  @Test
  void ofADeviceThatIsErasedNothingElseIsTold() {
    coalescer.note(state(till, 1));
    coalescer.note(seen(till, 5));
    coalescer.note(erased(till, 2));

    assertThat(numbers(coalescer.take(0, 2))).containsExactly(2L);
    assertThat(coalescer.size()).isZero();
  }

  @Test
  void tooMuchIsDroppedAndToldToBeReadAnew() {
    for (int i = 1; i <= Coalescer.MOST; i++) {
      coalescer.note(state(new DeviceId(Ids.next()), i));
    }
    assertThat(coalescer.size()).isEqualTo(Coalescer.MOST);
    coalescer.note(seen(till, 1));

    assertThat(coalescer.size()).isZero();
    assertThat(coalescer.thinned()).isEqualTo(1);
    assertThat(coalescer.place(Coalescer.MOST)).isZero();
    coalescer.note(state(till, Coalescer.MOST + 1));
    assertThat(coalescer.size()).isZero();
    coalescer.note(erased(door, Coalescer.MOST + 2));

    Frame frame = coalescer.take(0, Coalescer.MOST + 2).orElseThrow();
    assertThat(frame.refresh()).containsExactlyInAnyOrder(Kind.COMPLIANCE, Kind.SEEN);
    assertThat(frame.changes()).containsExactly(erased(door, Coalescer.MOST + 2));
    assertThat(frame.place()).isEqualTo(Coalescer.MOST + 2);
  }

  @Test
  void readingAnewIsAskedForOnceASecond() {
    coalescer.refresh(Kind.COMPLIANCE, 1);
    assertThat(coalescer.take(0, 1).orElseThrow().refresh()).containsExactly(Kind.COMPLIANCE);

    coalescer.refresh(Kind.COMPLIANCE, 2);
    assertThat(coalescer.take(1, 2)).isEmpty();
    assertThat(coalescer.dueIn(1)).isEqualTo(SECOND - 1);
    assertThat(coalescer.place(2)).isEqualTo(1);
    assertThat(coalescer.take(SECOND, 2)).isPresent();
    assertThat(coalescer.place(2)).isEqualTo(2);
  }

  @Test
  void aFrameIsNoLongerThanItMayBe() {
    for (int i = 1; i <= Coalescer.IN_A_FRAME + 1; i++) {
      coalescer.note(state(new DeviceId(Ids.next()), i));
    }
    assertThat(numbers(coalescer.take(0, 600)))
        .isEqualTo(IntStream.rangeClosed(1, Coalescer.IN_A_FRAME).mapToObj(Long::valueOf).toList());
    assertThat(coalescer.dueIn(0)).isZero();
    assertThat(numbers(coalescer.take(0, 600))).containsExactly(Coalescer.IN_A_FRAME + 1L);
  }

  /// What it remembers of devices that were told of is bounded too.
  @Test
  void noMoreDevicesAreToldOfInASecondThanItHolds() {
    int told = 0;
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < Coalescer.MOST / 2; i++) {
        coalescer.note(seen(new DeviceId(Ids.next()), 1));
      }
      for (Optional<Frame> frame = coalescer.take(round, 0);
          frame.isPresent();
          frame = coalescer.take(round, 0)) {
        told += frame.get().changes().size();
      }
    }
    assertThat(told).isEqualTo(Coalescer.MOST);
    assertThat(coalescer.dueIn(3)).isBetween(SECOND - 3, SECOND);
    assertThat(coalescer.take(2 * SECOND, 0)).isPresent();
  }

  @Test
  void whatIsNotLookedAtAnyMoreIsDropped() {
    coalescer.note(state(till, 1));
    coalescer.note(seen(door, 1));
    coalescer.refresh(Kind.ALERT, 3);

    coalescer.retain(told -> told.kind() == Kind.SEEN);
    coalescer.retainKinds(Set.of(Kind.SEEN));

    assertThat(coalescer.place(9)).isEqualTo(9);
    assertThat(coalescer.take(0, 9).orElseThrow().changes()).containsExactly(seen(door, 1));
  }

  /// Whatever comes in whatever order: the last that is told of each device is the newest, and who
  /// goes on from the place of any frame is still to be told of whatever that frame left out.
  @Test
  void theNewestIsAlwaysToldInTheEnd() {
    Random random = new Random(7);
    List<DeviceId> devices =
        IntStream.range(0, 20).mapToObj(_ -> new DeviceId(Ids.next())).toList();
    Map<String, Long> newest = new HashMap<>();
    Map<String, Long> told = new HashMap<>();
    long now = 0;
    for (long number = 1; number <= 5_000; number++) {
      DeviceId device = devices.get(random.nextInt(devices.size()));
      coalescer.note(state(device, number));
      newest.put(device.toString(), number);
      now += random.nextInt((int) TimeUnit.MILLISECONDS.toNanos(200));
      Optional<Frame> frame = coalescer.take(now, number);
      frame.ifPresent(sent -> tell(sent, newest, told));
    }
    coalescer.take(now + SECOND, 5_000).ifPresent(sent -> tell(sent, newest, told));
    assertThat(told).isEqualTo(newest);
  }

  private static void tell(Frame frame, Map<String, Long> newest, Map<String, Long> told) {
    frame.changes().forEach(change -> told.put(change.device(), change.number()));
    newest.forEach((device, number) -> {
      if (number <= frame.place()) {
        assertThat(told).containsEntry(device, number);
      }
    });
  }
}
