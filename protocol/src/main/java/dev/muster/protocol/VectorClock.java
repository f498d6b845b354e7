package dev.muster.protocol;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A vector clock (Fidge and Mattern, 1988): how much of what each writer has done is in a row. A
/// component is the id of a device, or [#SERVER]; one that is missing counts 0. Immutable.
///
/// A device ticks its own component when it changes a row, the server ticks [#SERVER] when somebody
/// edits over REST; nobody ticks the component of another, for two writers of one component lose
/// edits.
public final class VectorClock {
  /// The component of edits that no device made.
  public static final String SERVER = "server";

  /// Components that a clock may have.
  public static final int MOST_COMPONENTS = 1_000;

  /// The greatest value of a component: 2⁵³, the last that a JavaScript client counts exactly.
  public static final long MOST = 1L << 53;

  public static final VectorClock EMPTY = new VectorClock(new TreeMap<>());

  /// How two rows stand to each other.
  public enum Order {
    EQUAL,
    /// The one has seen less than the other, and nothing that the other has not.
    BEFORE,
    AFTER,
    /// Each has something that the other has not.
    CONCURRENT
  }

  private final Map<String, Long> components;

  private VectorClock(Map<String, Long> components) {
    this.components = Collections.unmodifiableMap(components);
  }

  /// @param components each 0 to [#MOST]; those of 0 are the same as missing ones
  public static VectorClock of(Map<String, Long> components) {
    TreeMap<String, Long> counted = new TreeMap<>();
    components.forEach((component, value) -> {
      if (value < 0 || value > MOST) {
        throw new IllegalArgumentException("a component must be 0 to 2^53, and is " + value);
      }
      if (value > 0) {
        counted.put(component, value);
      }
    });
    return new VectorClock(counted);
  }

  /// By component, without those of 0.
  public Map<String, Long> components() {
    return components;
  }

  public long at(String component) {
    return components.getOrDefault(component, 0L);
  }

  /// Compared over all components of both.
  public Order compare(VectorClock other) {
    boolean less = !coveredBy(other, this);
    boolean more = !coveredBy(this, other);
    if (less && more) {
      return Order.CONCURRENT;
    }
    return less ? Order.BEFORE : more ? Order.AFTER : Order.EQUAL;
  }

  private static boolean coveredBy(VectorClock one, VectorClock other) {
    for (Map.Entry<String, Long> component : one.components.entrySet()) {
      if (component.getValue() > other.at(component.getKey())) {
        return false;
      }
    }
    return true;
  }

  /// What has seen all that either has seen, and no more.
  public VectorClock merge(VectorClock other) {
    return merge(List.of(other));
  }

  /// What has seen all that this one and any of the others has seen, and no more.
  public VectorClock merge(Collection<VectorClock> others) {
    TreeMap<String, Long> merged = new TreeMap<>(components);
    for (VectorClock other : others) {
      other.components.forEach((component, value) -> merged.merge(component, value, Math::max));
    }
    return new VectorClock(merged);
  }

  /// One more of this writer.
  public VectorClock tick(String component) {
    TreeMap<String, Long> ticked = new TreeMap<>(components);
    ticked.put(component, at(component) + 1);
    return new VectorClock(ticked);
  }

  /// This one with no component but `component` beyond what `known` has: what a device says of the
  /// others is what it was told, so more than that it cannot know.
  public VectorClock cappedAt(VectorClock known, String component) {
    TreeMap<String, Long> capped = new TreeMap<>();
    components.forEach((other, value) -> {
      long cap = other.equals(component) ? value : Math.min(value, known.at(other));
      if (cap > 0) {
        capped.put(other, cap);
      }
    });
    return new VectorClock(capped);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof VectorClock clock && components.equals(clock.components);
  }

  @Override
  public int hashCode() {
    return components.hashCode();
  }

  @Override
  public String toString() {
    return components.toString();
  }
}
