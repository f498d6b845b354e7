package dev.muster.agent;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// How often a simulated device is heard of when nothing else causes it.
///
/// @param checkIns the time between two check-ins
/// @param heartbeats the time between two heartbeats, null when the server decides
record Rhythm(Duration checkIns, @Nullable Duration heartbeats) {}
