package dev.muster.server.policy;

import dev.muster.protocol.Json;

/// What is desired of all devices of one [EffectiveKey].
///
/// @param activations the sum over the policies of the set; a device's version is its base plus
///   this
/// @param settings with digests in the place of secret values, as reports are compared with
/// @param hash content hash of the settings
public record Effective(long activations, Json.Obj settings, String hash) {}
