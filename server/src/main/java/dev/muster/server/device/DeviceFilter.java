package dev.muster.server.device;

import org.jspecify.annotations.Nullable;

/// Which devices a list is to hold; null narrows nothing.
///
/// @param search how the name or the handle begins, in any case
/// @param group name or id
public record DeviceFilter(
    @Nullable String search,
    @Nullable String group,
    @Nullable DeviceStatus status,
    @Nullable String tag) {
  public static final DeviceFilter ALL = new DeviceFilter(null, null, null, null);
}
