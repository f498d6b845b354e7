package dev.muster.server.viewer;

import java.util.List;
import java.util.Set;

/// What a viewer is told at once.
///
/// @param refresh kinds of which it should read anew all that it shows
/// @param place who goes on from there in the log misses nothing
record Frame(List<Told> changes, Set<Kind> refresh, long place) {}
