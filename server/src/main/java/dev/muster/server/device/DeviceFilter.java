package dev.muster.server.device;

import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Which devices a list is to hold; null narrows nothing.
///
/// @param search how the name or the handle begins, in any case
/// @param group name or id
/// @param lifecycle null: all that are not retired
/// @param facets what else each of them is found by, `kind=value`
public record DeviceFilter(
    @Nullable String search,
    @Nullable String group,
    @Nullable Lifecycle lifecycle,
    SortedSet<String> facets) {
  public static final DeviceFilter ALL =
      new DeviceFilter(null, null, null, Collections.emptySortedSet());

  /// The kinds of facets that a list may be narrowed by, beside attributes; query parameters have
  /// these names.
  static final List<String> KINDS =
      List.of("status", "platform", "type", "tag", "model", "os_version", "agent_version");

  /// Filters with this prefix name an attribute.
  static final String ATTRIBUTE = "attribute.";

  public DeviceFilter searching(@Nullable String beginning) {
    return new DeviceFilter(beginning, group, lifecycle, facets);
  }

  public DeviceFilter in(@Nullable String groupIdOrName) {
    return new DeviceFilter(search, groupIdOrName, lifecycle, facets);
  }

  public DeviceFilter at(@Nullable Lifecycle state) {
    return new DeviceFilter(search, group, state, facets);
  }

  /// Narrowed to those that also have this; several of one kind must all be had.
  public DeviceFilter having(String kind, String value) {
    SortedSet<String> more = new TreeSet<>(facets);
    more.add(kind + "=" + value);
    return new DeviceFilter(search, group, lifecycle, Collections.unmodifiableSortedSet(more));
  }
}
