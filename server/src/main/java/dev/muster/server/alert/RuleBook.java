package dev.muster.server.alert;

import dev.muster.server.device.GroupId;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The rules of one organization. What a group has of its own goes before what the organization
/// has; of several groups of a device the strictest goes.
public final class RuleBook {
  /// A rule that somebody has set.
  ///
  /// @param group null for all devices
  public record Set(@Nullable GroupId group, Terms terms) {}

  public static final RuleBook DEFAULTS = of(List.of());

  private final Map<RuleKind, Terms> common;
  private final Map<RuleKind, Map<GroupId, Terms>> ofGroups;

  private RuleBook(Map<RuleKind, Terms> common, Map<RuleKind, Map<GroupId, Terms>> ofGroups) {
    this.common = common;
    this.ofGroups = ofGroups;
  }

  static RuleBook of(Collection<Set> rules) {
    Map<RuleKind, Terms> common = new EnumMap<>(RuleKind.class);
    Map<RuleKind, Map<GroupId, Terms>> ofGroups = new EnumMap<>(RuleKind.class);
    for (RuleKind kind : RuleKind.values()) {
      common.put(kind, Terms.defaults(kind));
      ofGroups.put(kind, new HashMap<>());
    }
    for (Set rule : rules) {
      RuleKind kind = rule.terms().kind();
      if (rule.group() == null) {
        common.put(kind, rule.terms());
      } else {
        Objects.requireNonNull(ofGroups.get(kind)).put(rule.group(), rule.terms());
      }
    }
    return new RuleBook(common, ofGroups);
  }

  /// What holds for a device of these groups.
  public Terms terms(RuleKind kind, Collection<GroupId> groups) {
    Map<GroupId, Terms> own = ofGroups(kind);
    return groups.stream()
        .map(own::get)
        .filter(Objects::nonNull)
        .min(Terms.STRICTEST)
        .orElseGet(() -> common(kind));
  }

  /// What holds for all devices that are in no group with a rule of its own.
  public Terms common(RuleKind kind) {
    return Objects.requireNonNull(common.get(kind));
  }

  private Map<GroupId, Terms> ofGroups(RuleKind kind) {
    return Objects.requireNonNull(ofGroups.get(kind));
  }

  /// Whether it depends on a device's groups what holds for it.
  public boolean asksForGroups(RuleKind kind) {
    return !ofGroups(kind).isEmpty();
  }

  private Stream<Terms> all(RuleKind kind) {
    return Stream.concat(Stream.of(common(kind)), ofGroups(kind).values().stream());
  }

  /// Whether the rule is on for any device.
  public boolean isOnForAny(RuleKind kind) {
    return all(kind).anyMatch(Terms::enabled);
  }

  /// The threshold under which no device of the organization is without being looked at.
  public int leastThreshold(RuleKind kind) {
    return all(kind).mapToInt(Terms::threshold).min().orElseThrow();
  }

  /// The greatest threshold that is on for any device; 0 when none is.
  public int mostThreshold(RuleKind kind) {
    return all(kind).filter(Terms::enabled).mapToInt(Terms::threshold).max().orElse(0);
  }

  /// What groups have of their own.
  Map<GroupId, Terms> groupRules(RuleKind kind) {
    return Map.copyOf(ofGroups(kind));
  }
}
