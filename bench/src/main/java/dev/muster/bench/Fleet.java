package dev.muster.bench;

import java.util.List;

/// What was seeded.
///
/// @param everywhere id of the policy that every device has, by one of its two groups
/// @param alone id of the policy that one device has
/// @param agents devices that a client can play, because it has their tokens
record Fleet(String everywhere, String alone, List<Agent> agents) {}
