package dev.muster.server.viewer;

import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.telemetry.BatchListener;
import dev.muster.server.telemetry.Heartbeat;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/// Tells viewers when devices are heard, without writing anything down. A heartbeat of an
/// organization at which nobody looks costs a question to a map; any other a place in a map, which
/// once a second is emptied and told: to the viewers of this node, and, while viewers of other
/// nodes look too, to all nodes, in [#MOST_MESSAGES] broadcasts at the most. When there is more to
/// tell, viewers are told to read anew.
///
/// Sightings are in no log: one that is lost is made good by the next.
@Singleton
final class Sightings implements BatchListener {
  static final Duration FLUSH_EVERY = Duration.ofSeconds(1);
  static final int MOST_MESSAGES = 10;
  static final int IN_A_MESSAGE = 90;
  private static final int MOST_HELD = 50_000;
  private static final String LOOKED_AT = "viewer.looked-at";
  private static final String SEEN = "viewer.seen";
  private static final String MISSED = "viewer.missed";
  private static final long SAID_EVERY = TimeUnit.SECONDS.toNanos(20);
  private static final long BELIEVED = TimeUnit.SECONDS.toNanos(60);

  private record Key(OrganizationId organization, DeviceId device) {}

  private final String node = Ids.next().toString();
  private final Broadcast broadcast;
  private final Map<OrganizationId, Set<Viewer>> here = new ConcurrentHashMap<>();

  /// When other nodes last said that they have viewers of an organization.
  private final Map<OrganizationId, Long> elsewhere = new ConcurrentHashMap<>();

  private final Map<Key, Sighting> latest = new ConcurrentHashMap<>();
  private final Set<OrganizationId> overfull = ConcurrentHashMap.newKeySet();
  private volatile long saidAt = System.nanoTime() - SAID_EVERY;

  Sightings(Broadcast broadcast) {
    this.broadcast = broadcast;
    broadcast.listen(LOOKED_AT, this::heardOfInterest);
    broadcast.listen(SEEN, this::heardOfSightings);
    broadcast.listen(MISSED, this::heardOfMissed);
    broadcast.onReset(this::say);
  }

  /// To be told, or not any more, by what the viewer looks at now.
  void follow(Viewer viewer) {
    OrganizationId organization = viewer.caller().organization();
    if (!viewer.watch().looksAtSightings() || viewer.isOver()) {
      leave(viewer);
      return;
    }
    boolean[] first = new boolean[1];
    here.compute(
        organization,
        (_, viewers) -> {
          first[0] = viewers == null;
          Set<Viewer> all = viewers == null ? ConcurrentHashMap.newKeySet() : viewers;
          all.add(viewer);
          return all;
        });
    if (viewer.isOver()) {
      leave(viewer);
    } else if (first[0]) {
      broadcast.send(LOOKED_AT, node + " " + organization);
    }
  }

  void leave(Viewer viewer) {
    here.computeIfPresent(
        viewer.caller().organization(),
        (_, viewers) -> {
          viewers.remove(viewer);
          return viewers.isEmpty() ? null : viewers;
        });
  }

  @Override
  public void stored(Handle handle, List<Heartbeat> newest, List<Heartbeat> first) {
    if (here.isEmpty() && elsewhere.isEmpty()) {
      return;
    }
    List<Heartbeat> lookedAt =
        newest.stream().filter(heartbeat -> isLookedAt(heartbeat.organization())).toList();
    if (!lookedAt.isEmpty()) {
      handle.afterCommit(() -> lookedAt.forEach(this::hold));
    }
  }

  private boolean isLookedAt(OrganizationId organization) {
    return here.containsKey(organization) || elsewhere.containsKey(organization);
  }

  private void hold(Heartbeat heartbeat) {
    if (latest.size() >= MOST_HELD) {
      overfull.add(heartbeat.organization());
      return;
    }
    latest.merge(
        new Key(heartbeat.organization(), heartbeat.device()),
        Sighting.of(heartbeat),
        (before, next) -> next.newer(before));
  }

  /// Tells what was held.
  void flush() {
    long now = System.nanoTime();
    elsewhere.values().removeIf(said -> now - said > BELIEVED);
    if (now - saidAt > SAID_EVERY) {
      say();
    }
    Map<OrganizationId, List<Sighting>> due = new HashMap<>();
    for (Key key : List.copyOf(latest.keySet())) {
      Sighting sighting = latest.remove(key);
      if (sighting != null) {
        due.computeIfAbsent(key.organization(), _ -> new ArrayList<>()).add(sighting);
      }
    }
    due.forEach((organization, sightings) -> {
      tellHere(organization, sightings);
      if (elsewhere.containsKey(organization)) {
        tellElsewhere(organization, sightings);
      }
    });
    for (OrganizationId organization : Set.copyOf(overfull)) {
      overfull.remove(organization);
      missedHere(organization);
      broadcast.send(MISSED, node + " " + organization);
    }
  }

  /// Tells the other nodes of which organizations there are viewers here.
  private void say() {
    saidAt = System.nanoTime();
    here.keySet().forEach(organization -> broadcast.send(LOOKED_AT, node + " " + organization));
  }

  private void tellHere(OrganizationId organization, List<Sighting> sightings) {
    here.getOrDefault(organization, Set.of()).forEach(viewer -> viewer.seen(sightings));
  }

  private void missedHere(OrganizationId organization) {
    here.getOrDefault(organization, Set.of()).forEach(Viewer::missedSightings);
  }

  private void tellElsewhere(OrganizationId organization, List<Sighting> sightings) {
    int told = Math.min(sightings.size(), MOST_MESSAGES * IN_A_MESSAGE);
    for (int i = 0; i < told; i += IN_A_MESSAGE) {
      broadcast.send(
          SEEN,
          sightings.subList(i, Math.min(told, i + IN_A_MESSAGE)).stream()
              .map(Sighting::text)
              .collect(Collectors.joining(" ", node + " " + organization + " ", "")));
    }
    if (told < sightings.size()) {
      broadcast.send(MISSED, node + " " + organization);
    }
  }

  private void heardOfInterest(String message) {
    ofOther(message).forEach((organization, _) -> elsewhere.put(organization, System.nanoTime()));
  }

  private void heardOfSightings(String message) {
    ofOther(message)
        .forEach((organization, words) ->
            tellHere(organization, words.stream().map(Sighting::parse).toList()));
  }

  private void heardOfMissed(String message) {
    ofOther(message).forEach((organization, _) -> missedHere(organization));
  }

  /// The organization and the further words of a message; nothing when this node has sent it.
  private Map<OrganizationId, List<String>> ofOther(String message) {
    List<String> words = Arrays.asList(message.split(" ", -1));
    return words.size() < 2 || words.getFirst().equals(node)
        ? Map.of()
        : Ids.parse(words.get(1)).stream()
            .collect(Collectors.toMap(OrganizationId::new, _ -> words.subList(2, words.size())));
  }
}
