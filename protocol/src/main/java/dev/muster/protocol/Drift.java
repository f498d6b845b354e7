package dev.muster.protocol;

import org.jspecify.annotations.Nullable;

/// One setting in which a device is not what it should be.
///
/// @param desired what it should be
/// @param actual what the device said, null when it said nothing about this setting
public record Drift(String setting, Json desired, @Nullable Observed actual) {}
