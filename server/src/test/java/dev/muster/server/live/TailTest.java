package dev.muster.server.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.Platform;
import dev.muster.server.device.DeviceId;
import dev.muster.server.device.DeviceStatus;
import dev.muster.server.device.Lifecycle;
import dev.muster.server.platform.Ids;
import dev.muster.server.testing.Race;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class TailTest {
  private static final Instant NOW = Instant.parse("2026-01-15T10:00:00Z");
  private final DeviceId device = new DeviceId(Ids.next());
  private final Tail tail = new Tail(10);

  private Change change(long number, String name) {
    return new Change.OfDevice(
        number,
        NOW,
        new DeviceView(
            device,
            "till",
            name,
            Platform.OTHER,
            "",
            DeviceStatus.IDLE,
            Lifecycle.ACTIVE,
            List.of(),
            NOW,
            NOW,
            null));
  }

  private List<Long> after(long number) {
    return tail.after(number).orElseThrow().changes().stream().map(Change::number).toList();
  }

  @Test
  void whoStandsWithinItIsServedFromItAndWhoIsBehindIsNot() {
    tail.append(List.of(change(12, "a"), change(15, "b")), 17);

    assertThat(after(10)).containsExactly(12L, 15L);
    assertThat(after(12)).containsExactly(15L);
    assertThat(after(13)).containsExactly(15L);
    assertThat(after(15)).isEmpty();
    assertThat(tail.after(9)).isEmpty();
    assertThat(tail.after(15).orElseThrow().end()).isEqualTo(17);
    assertThat(tail.after(20).orElseThrow().end()).as("never backwards").isEqualTo(20);
  }

  @Test
  void itHoldsSoManyAndForgetsTheOldest() {
    List<Change> changes =
        LongStream.rangeClosed(11, 20 + Tail.MOST).mapToObj(n -> change(n, "x")).toList();
    tail.append(changes, 20 + Tail.MOST);

    assertThat(tail.after(19)).isEmpty();
    assertThat(after(20)).hasSize(Tail.MOST).startsWith(21L);
  }

  @Test
  void itHoldsNoMoreThanSoMuch() {
    String half = "x".repeat((int) (Tail.MOST_WEIGHT / 2));
    tail.append(List.of(change(11, half), change(12, half), change(13, half)), 13);

    assertThat(after(11)).containsExactly(12L, 13L);
    assertThat(tail.after(10)).isEmpty();
  }

  @Test
  void ofADeviceThatIsErasedNothingIsHeldAndItsWeightIsGone() {
    String half = "x".repeat((int) (Tail.MOST_WEIGHT / 2));
    tail.append(List.of(change(11, half), change(12, half)), 12);
    tail.append(List.of(new Change.Erased(13, NOW, device, "till"), change(14, half)), 14);

    assertThat(after(10)).containsExactly(13L, 14L);
  }

  @Test
  void everyWaiterIsWokenByTheNextChangeAndByNothingElse() throws InterruptedException {
    assertThat(tail.await(9, Duration.ofNanos(1))).as("who is behind need not wait").isTrue();
    tail.append(List.of(), 12);
    assertThat(tail.await(10, Duration.ofNanos(1))).isFalse();

    List<Boolean> woken = new ArrayList<>();
    woken.addAll(
        Race.of(
            1_000,
            number ->
                number == 0
                    ? () -> {
                      while (tail.waiting() < 900) {
                        LockSupport.parkNanos(1_000_000);
                      }
                      tail.append(List.of(change(13, "a")), 13);
                      return true;
                    }
                    : () -> tail.await(12, Duration.ofSeconds(30))));

    assertThat(woken).containsOnly(true);
    assertThat(tail.waiting()).isZero();
  }

  @Test
  void itIsAbandonedOnceNobodyAsks() {
    assertThat(tail.isAbandoned(Duration.ofHours(1))).isFalse();
    assertThat(tail.isAbandoned(Duration.ofNanos(-1))).isTrue();
  }

  @Test
  void whatMayHaveBeenMissedIsReadByEverybodyThemselves() {
    tail.append(List.of(change(11, "a")), 11);

    tail.restart(50);

    assertThat(tail.after(11)).isEmpty();
    assertThat(after(50)).isEmpty();
  }
}
