package dev.muster.server.viewer;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What one viewer is still to be told: of each thing the newest, each device at most once a second
/// and all that is to be told of it then at once.
///
/// It holds [#MOST] of these. When there are more, the viewer is too slow or looks at too much: all
/// of them are dropped, and it is told to read anew. Nothing is lost by either: the place of a
/// frame in the log is before whatever is held back or was dropped.
///
/// Times are nanoseconds of any one clock. Not for several threads at once.
final class Coalescer {
  static final int MOST = 5_000;

  /// Of a frame, roughly: what there is of one device is not cut.
  static final int IN_A_FRAME = 500;

  static final long EACH = TimeUnit.SECONDS.toNanos(1);

  private final Map<String, Map<String, Told>> pending = new LinkedHashMap<>();

  /// When each device was told of last, the longest ago first; for [#EACH] and no longer.
  private final Map<String, Long> toldAt = new LinkedHashMap<>();

  private final Set<Kind> refresh = EnumSet.noneOf(Kind.class);
  private long refreshFrom = Long.MAX_VALUE;
  private @Nullable Long refreshedAt;
  private int size;
  private long coalesced;
  private long thinned;

  void note(Told told) {
    if (told.erases()) {
      Map<String, Told> gone = pending.remove(told.device());
      size -= gone == null ? 0 : gone.size();
      coalesced += gone == null ? 0 : gone.size();
    }
    if (refresh.contains(told.kind())) {
      refreshFrom = Math.min(refreshFrom, told.number());
      coalesced++;
      return;
    }
    Map<String, Told> own = pending.computeIfAbsent(told.device(), _ -> new LinkedHashMap<>());
    if (own.remove(told.subject()) != null) {
      coalesced++;
      size--;
    }
    own.put(told.subject(), told);
    size++;
    if (size > MOST) {
      thin();
    }
  }

  private void thin() {
    pending.values().stream()
        .flatMap(own -> own.values().stream())
        .forEach(told -> {
          refresh.add(told.kind());
          refreshFrom = Math.min(refreshFrom, told.number());
        });
    pending.clear();
    size = 0;
    thinned++;
  }

  /// The viewer is to read anew all that it shows of a kind, because of what is at that place in
  /// the log and is not told in detail.
  void refresh(Kind kind, long number) {
    retain(told -> told.kind() != kind);
    refresh.add(kind);
    refreshFrom = Math.min(refreshFrom, number);
  }

  /// Drops what the viewer does not look at any more.
  void retain(Predicate<Told> wanted) {
    for (Iterator<Map<String, Told>> each = pending.values().iterator(); each.hasNext(); ) {
      Map<String, Told> own = each.next();
      size -= own.size();
      own.values().removeIf(wanted.negate());
      size += own.size();
      if (own.isEmpty()) {
        each.remove();
      }
    }
  }

  /// The same of what it is to read anew.
  void retainKinds(Set<Kind> wanted) {
    refresh.retainAll(wanted);
    if (refresh.isEmpty()) {
      refreshFrom = Long.MAX_VALUE;
    }
  }

  /// How long there is nothing to be told; [Long#MAX_VALUE] when there is nothing at all.
  long dueIn(long now) {
    forget(now);
    long due = refresh.isEmpty() ? Long.MAX_VALUE : left(refreshedAt, now);
    if (toldAt.size() >= MOST) {
      return pending.isEmpty() ? due : Math.min(due, left(toldAt.values().iterator().next(), now));
    }
    for (String device : pending.keySet()) {
      due = Math.min(due, left(toldAt.get(device), now));
      if (due == 0) {
        return 0;
      }
    }
    return due;
  }

  /// What may be told by now; empty when there is nothing.
  ///
  /// @param read up to where the log has been noted
  Optional<Frame> take(long now, long read) {
    forget(now);
    Set<Kind> anew = EnumSet.noneOf(Kind.class);
    if (!refresh.isEmpty() && left(refreshedAt, now) == 0) {
      anew.addAll(refresh);
      refresh.clear();
      refreshFrom = Long.MAX_VALUE;
      refreshedAt = now;
    }
    List<Told> changes = new ArrayList<>();
    for (Iterator<Map.Entry<String, Map<String, Told>>> each = pending.entrySet().iterator();
        each.hasNext() && changes.size() < IN_A_FRAME && toldAt.size() < MOST; ) {
      Map.Entry<String, Map<String, Told>> next = each.next();
      if (!toldAt.containsKey(next.getKey())) {
        changes.addAll(next.getValue().values());
        toldAt.put(next.getKey(), now);
        size -= next.getValue().size();
        each.remove();
      }
    }
    return changes.isEmpty() && anew.isEmpty()
        ? Optional.empty()
        : Optional.of(new Frame(changes, anew, place(read)));
  }

  /// Before whatever is not told yet.
  long place(long read) {
    long least = Math.min(read, refreshFrom - 1);
    for (Map<String, Told> own : pending.values()) {
      for (Told told : own.values()) {
        least = Math.min(least, told.number() - 1);
      }
    }
    return least;
  }

  /// How many things are held.
  int size() {
    return size;
  }

  /// How often something was not told because something newer took its place.
  long coalesced() {
    return coalesced;
  }

  /// How often there was too much.
  long thinned() {
    return thinned;
  }

  private static long left(@Nullable Long toldAt, long now) {
    return toldAt == null ? 0 : Math.max(0, EACH - (now - toldAt));
  }

  private void forget(long now) {
    Iterator<Long> oldest = toldAt.values().iterator();
    while (oldest.hasNext() && left(oldest.next(), now) == 0) {
      oldest.remove();
    }
  }
}
