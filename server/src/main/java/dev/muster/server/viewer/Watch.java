package dev.muster.server.viewer;

import dev.muster.server.device.DeviceId;
import dev.muster.server.live.ChangeFilter;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// What a viewer looks at.
///
/// @param named ids or handles; empty for all devices
/// @param known the ids of those of them that there are
/// @param kinds what it is told of
record Watch(Set<String> named, Set<DeviceId> known, Set<Kind> kinds) {
  static final Watch NOTHING = new Watch(Set.of(), Set.of(), Set.of());

  Watch {
    named = Set.copyOf(named);
    known = Set.copyOf(known);
    kinds = Set.copyOf(kinds);
  }

  static Watch ofAll() {
    return new Watch(Set.of(), Set.of(), EnumSet.allOf(Kind.class));
  }

  boolean all() {
    return named.isEmpty();
  }

  ChangeFilter filter() {
    return new ChangeFilter(
        named,
        null,
        kinds.stream()
            .map(Kind::logged)
            .flatMap(Optional::stream)
            .collect(Collectors.toUnmodifiableSet()));
  }

  boolean looksAtSightings() {
    return kinds.contains(Kind.SEEN);
  }

  boolean takes(Sighting sighting) {
    return looksAtSightings() && (all() || known.contains(sighting.device()));
  }

  boolean takes(Told told) {
    return switch (told) {
      case Told.OfChange of -> filter().takes(of.change());
      case Told.Seen seen -> takes(seen.sighting());
    };
  }
}
