/// What devices say of themselves all the time: heartbeats, group-committed into a history that is
/// partitioned by day, and the last status of each device. A heartbeat is acknowledged only when it
/// is committed.
@NullMarked
package dev.muster.server.telemetry;

import org.jspecify.annotations.NullMarked;
