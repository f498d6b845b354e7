package dev.muster.server.policy;

import dev.muster.protocol.Platform;
import java.util.UUID;

/// What devices have in common of which the same is desired.
public record EffectiveKey(UUID setId, String overrideHash, Platform platform) {}
