package dev.muster.agent.core;

import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/// What of the outside world an agent needs to send heartbeats.
///
/// @param interval the time between two heartbeats, null when the server decides
/// @param threads makes the thread on which they are taken and sent
public record HeartbeatPorts(
    Vitals vitals, HeartbeatQueue queue, @Nullable Duration interval, ThreadFactory threads) {}
