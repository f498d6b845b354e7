package dev.muster.server.policy;

import dev.muster.protocol.Payloads;
import dev.muster.server.device.Device;
import dev.muster.server.device.DeviceChanges;
import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import io.quarkus.arc.All;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// What is desired of each device, and the arithmetic of its version.
///
/// A device's version is `base + Σ activations(p)` over the distinct policies that apply to it, so
/// publishing is one row. When the set of a device changes, base changes by `1 + Σ activations(old
/// set) − Σ activations(new set)`; an override adds one.
///
/// Whoever changes what applies to a device takes, in this order: the groups, the devices' rows,
/// the policies (shared), and writes the sets last; see docs/decisions/002-lock-order.md. Every
/// change locks the device's row before it reads what applies, so of two changes at once the later
/// one sees both.
@Singleton
public class DesiredVersions implements DeviceChanges {
  private final InstantSource clock;
  private final Wakes wakes;
  private final SettingSecrets secrets;
  private final List<DesiredListener> listeners;

  DesiredVersions(
      InstantSource clock,
      Wakes wakes,
      SettingSecrets secrets,
      @All List<DesiredListener> listeners) {
    this.clock = clock;
    this.wakes = wakes;
    this.secrets = secrets;
    this.listeners = listeners;
  }

  /// What is desired of a device as anybody may see it who may see the device: secrets masked.
  public DesiredPolicy desired(Handle handle, OrganizationId organization, DeviceId device) {
    DesiredPolicy stored = stored(handle, organization, device);
    return new DesiredPolicy(stored.version(), Payloads.masked(stored.settings()), Map.of());
  }

  /// The same in clear, for the device itself and nobody else.
  public DesiredPolicy opened(Handle handle, OrganizationId organization, DeviceId device) {
    DesiredPolicy stored = stored(handle, organization, device);
    return secrets.opened(organization, stored);
  }

  private static DesiredPolicy stored(Handle handle, OrganizationId organization, DeviceId device) {
    return DesiredStore.read(handle, organization, device)
        .orElseThrow(() -> Refusal.notFound("device"));
  }

  /// What is desired of all devices of each key, from one snapshot.
  public Map<EffectiveKey, Effective> effective(
      Handle handle, OrganizationId organization, Collection<EffectiveKey> keys) {
    return keys.isEmpty()
        ? Map.of()
        : DesiredStore.readAll(
            handle, organization, keys, stored -> secrets.digested(organization, stored));
  }

  /// Keeps set and base of a device as they are until the transaction ends.
  public DesiredState hold(Handle handle, OrganizationId organization, DeviceId device) {
    return DesiredStore.hold(handle, organization, device)
        .orElseThrow(() -> Refusal.notFound("device"));
  }

  @Override
  public void registered(Handle handle, OrganizationId organization, List<DeviceId> ids) {
    Map<DeviceId, List<UUID>> applying = DesiredStore.applying(handle, organization, ids);
    lockPolicies(handle, applying.values());
    begin(handle, organization, applying);
  }

  /// Starts again at version 1 for a device that is registered in this same transaction and has
  /// been told nothing.
  void restart(Handle handle, OrganizationId organization, DeviceId device) {
    registered(handle, organization, List.of(device));
  }

  private void begin(
      Handle handle, OrganizationId organization, Map<DeviceId, List<UUID>> applying) {
    Map<List<UUID>, UUID> sets = intern(handle, organization, applying.values());
    Map<UUID, Long> sums = DesiredStore.sums(handle, organization, sets.values());
    List<DesiredState> states = new ArrayList<>();
    applying.forEach((device, policies) -> {
      UUID set = valueOf(sets, policies);
      states.add(new DesiredState(device, set, 1 - valueOf(sums, set), ""));
    });
    DesiredStore.write(handle, organization, states, clock.instant());
    tell(handle, organization, states);
  }

  @Override
  public void membershipChanged(Handle handle, OrganizationId organization, List<DeviceId> ids) {
    follow(handle, organization, DesiredStore.lock(handle, organization, ids), null, Set.of());
  }

  /// Brings sets and bases to what is written now, and wakes the devices whose set has changed.
  ///
  /// @param locked what [#lock] returned, before the change was written
  /// @param given the policy that was given to the devices; null when it is something else
  /// @param also policies to lock besides those that are in a changed set
  void follow(
      Handle handle,
      OrganizationId organization,
      List<DesiredState> locked,
      @Nullable UUID given,
      Set<UUID> also) {
    List<DeviceId> changed = recompute(handle, organization, locked, also);
    wakes.wakeDevices(handle, organization, changed, given);
  }

  /// A device that may go on is woken, because it was told nothing meanwhile; one that is retired
  /// keeps the organization's defaults and nothing else, so that it is in nobody's way.
  @Override
  public void lifecycleChanged(Handle handle, Device device) {
    OrganizationId organization = device.organization();
    switch (device.lifecycle()) {
      case ACTIVE -> wakes.wakeDevices(handle, organization, List.of(device.id()), null);
      case DEACTIVATED -> {}
      case RETIRED -> {
        List<DesiredState> locked = DesiredStore.lock(handle, organization, List.of(device.id()));
        AssignmentStore.unassignAll(handle, organization, device.id());
        recompute(handle, organization, locked, Set.of());
        wakes.retired(handle, organization, device.id());
        listeners.forEach(listener -> listener.retired(handle, organization, device.id()));
      }
    }
  }

  /// Locks the devices' rows: before anything is written that changes what applies to them.
  List<DesiredState> lock(Handle handle, OrganizationId organization, Collection<DeviceId> ids) {
    return DesiredStore.lock(handle, organization, ids);
  }

  private List<DeviceId> recompute(
      Handle handle, OrganizationId organization, List<DesiredState> locked, Set<UUID> also) {
    List<DeviceId> ids = locked.stream().map(DesiredState::device).toList();
    Map<DeviceId, List<UUID>> applying = DesiredStore.applying(handle, organization, ids);
    Map<UUID, List<UUID>> oldSets =
        DesiredStore.members(
            handle,
            organization,
            locked.stream().map(DesiredState::setId).collect(Collectors.toSet()));
    List<DesiredState> changed =
        locked.stream()
            .filter(s -> !valueOf(applying, s.device()).equals(valueOf(oldSets, s.setId())))
            .toList();
    Set<List<UUID>> involved = new HashSet<>();
    involved.add(List.copyOf(also));
    for (DesiredState state : changed) {
      involved.add(valueOf(oldSets, state.setId()));
      involved.add(valueOf(applying, state.device()));
    }
    lockPolicies(handle, involved);
    if (changed.isEmpty()) {
      return List.of();
    }
    Map<List<UUID>, UUID> sets =
        intern(
            handle,
            organization,
            changed.stream().map(state -> valueOf(applying, state.device())).toList());
    Set<UUID> all = new HashSet<>(sets.values());
    changed.forEach(state -> all.add(state.setId()));
    Map<UUID, Long> sums = DesiredStore.sums(handle, organization, all);
    List<DesiredState> states =
        changed.stream()
            .map(old -> {
              UUID set = valueOf(sets, valueOf(applying, old.device()));
              long base = old.base() + 1 + valueOf(sums, old.setId()) - valueOf(sums, set);
              return new DesiredState(old.device(), set, base, old.overrideHash());
            })
            .toList();
    DesiredStore.write(handle, organization, states, clock.instant());
    tell(handle, organization, states);
    return states.stream().map(DesiredState::device).toList();
  }

  /// Until the transaction ends no policy of these sets is published or rolled back.
  private static void lockPolicies(Handle handle, Collection<List<UUID>> sets) {
    List<UUID> policies = sets.stream().flatMap(List::stream).distinct().toList();
    PolicyStore.lockShared(handle, policies);
  }

  private Map<List<UUID>, UUID> intern(
      Handle handle, OrganizationId organization, Collection<List<UUID>> wanted) {
    Map<List<UUID>, UUID> sets = new HashMap<>();
    // In one order everywhere: two transactions that make the same sets wait for each other.
    wanted.stream()
        .distinct()
        .sorted(Comparator.comparing(List::toString))
        .forEach(members ->
            sets.put(members, DesiredStore.intern(handle, organization, Ids.next(), members)));
    return sets;
  }

  void tell(Handle handle, OrganizationId organization, List<DesiredState> states) {
    listeners.forEach(listener -> listener.desiredChanged(handle, organization, states));
  }

  private static <K, V> V valueOf(Map<K, V> map, K key) {
    V value = map.get(key);
    if (value == null) {
      throw new IllegalStateException("nothing is known of " + key);
    }
    return value;
  }
}
