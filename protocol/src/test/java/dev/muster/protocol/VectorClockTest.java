package dev.muster.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.protocol.VectorClock.Order;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class VectorClockTest {
  private static final List<String> WRITERS = List.of("a", "b", "c", VectorClock.SERVER);

  @Provide
  Arbitrary<VectorClock> clocks() {
    return Arbitraries.maps(Arbitraries.of(WRITERS), Arbitraries.longs().between(0, 3))
        .map(VectorClock::of);
  }

  @Property
  void orderIsPartial(
      @ForAll("clocks") VectorClock a,
      @ForAll("clocks") VectorClock b,
      @ForAll("clocks") VectorClock c) {
    assertThat(a.compare(a)).isEqualTo(Order.EQUAL);
    assertThat(a.compare(b) == Order.EQUAL).isEqualTo(a.equals(b));
    Order back =
        switch (a.compare(b)) {
          case BEFORE -> Order.AFTER;
          case AFTER -> Order.BEFORE;
          case EQUAL -> Order.EQUAL;
          case CONCURRENT -> Order.CONCURRENT;
        };
    assertThat(b.compare(a)).isEqualTo(back);
    if (a.compare(b) == Order.BEFORE && b.compare(c) == Order.BEFORE) {
      assertThat(a.compare(c)).isEqualTo(Order.BEFORE);
    }
  }

  @Property
  void mergeIsTheLeastUpperBound(
      @ForAll("clocks") VectorClock a,
      @ForAll("clocks") VectorClock b,
      @ForAll("clocks") VectorClock c) {
    VectorClock merged = a.merge(b);
    assertThat(merged).isEqualTo(b.merge(a));
    assertThat(merged.merge(c)).isEqualTo(a.merge(b.merge(c)));
    assertThat(a.merge(a)).isEqualTo(a);
    assertThat(a.merge(VectorClock.EMPTY)).isEqualTo(a);
    assertThat(merged.compare(a)).isIn(Order.AFTER, Order.EQUAL);
    if (c.compare(a) != Order.BEFORE
        && c.compare(a) != Order.CONCURRENT
        && c.compare(b) != Order.BEFORE
        && c.compare(b) != Order.CONCURRENT) {
      assertThat(c.compare(merged)).isIn(Order.AFTER, Order.EQUAL);
    }
  }

  @Property
  void aTickComesAfter(@ForAll("clocks") VectorClock a) {
    assertThat(a.tick("a").compare(a)).isEqualTo(Order.AFTER);
    assertThat(a.tick("a").compare(a.tick("b"))).isEqualTo(Order.CONCURRENT);
  }

  @Property
  void nobodyKnowsMoreOfTheOthersThanTheServerDoes(
      @ForAll("clocks") VectorClock said, @ForAll("clocks") VectorClock known) {
    VectorClock capped = said.cappedAt(known, "a");
    assertThat(capped.at("a")).isEqualTo(said.at("a"));
    for (String other : List.of("b", "c", VectorClock.SERVER)) {
      assertThat(capped.at(other)).isEqualTo(Math.min(said.at(other), known.at(other)));
    }
  }

  /// The model: a clock is the set of the edits that are in a row, and the order is inclusion.
  @Property
  void compareSaysWhatTheSetsOfEditsSay(@ForAll("histories") List<List<String>> histories) {
    List<VectorClock> clocks = new ArrayList<>();
    List<Set<String>> edits = new ArrayList<>();
    for (List<String> history : histories) {
      // each step either edits a row as somebody, or takes in another row
      VectorClock clock = clocks.isEmpty() ? VectorClock.EMPTY : clocks.get(clocks.size() - 1);
      Set<String> seen =
          edits.isEmpty() ? new HashSet<>() : new HashSet<>(edits.get(edits.size() - 1));
      for (String writer : history) {
        if (writer.length() == 1) {
          long next = clocks.stream().mapToLong(other -> other.at(writer)).max().orElse(0);
          long own = Math.max(next, clock.at(writer));
          for (long i = clock.at(writer) + 1; i <= own + 1; i++) {
            clock = clock.tick(writer);
            seen.add(writer + i);
          }
        } else if (!clocks.isEmpty()) {
          int other = Math.floorMod(writer.hashCode(), clocks.size());
          clock = clock.merge(clocks.get(other));
          seen.addAll(edits.get(other));
        }
      }
      clocks.add(clock);
      edits.add(seen);
    }
    for (int i = 0; i < clocks.size(); i++) {
      for (int j = 0; j < clocks.size(); j++) {
        boolean less = edits.get(j).containsAll(edits.get(i));
        boolean more = edits.get(i).containsAll(edits.get(j));
        Order expected =
            less && more
                ? Order.EQUAL
                : less ? Order.BEFORE : more ? Order.AFTER : Order.CONCURRENT;
        assertThat(clocks.get(i).compare(clocks.get(j))).isEqualTo(expected);
      }
    }
  }

  @Provide
  Arbitrary<List<List<String>>> histories() {
    return Arbitraries.of("a", "b", "c", "take one", "take two")
        .list()
        .ofMaxSize(4)
        .list()
        .ofMinSize(2)
        .ofMaxSize(6);
  }

  @Example
  void componentsAreCountedExactly() {
    VectorClock clock = VectorClock.of(Map.of("a", VectorClock.MOST, "b", 0L));
    assertThat(clock.components()).containsOnlyKeys("a");
    assertThatThrownBy(() -> VectorClock.of(Map.of("a", VectorClock.MOST + 1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> VectorClock.of(Map.of("a", -1L)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
