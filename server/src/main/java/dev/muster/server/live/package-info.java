/// What becomes of devices, actions, alerts and compliance, for those who watch: a log of changes,
/// written in the transactions that make them, and a memory of its end in each node, so that any
/// number of watchers costs one query a change.
///
/// Its guarantee: whoever goes on from a cursor is told of every change that was committed after
/// it, once, the changes of one device and of one action in the order in which they were made, or
/// is refused because the cursor is too old. Of what was in progress when the cursor was made, a
/// watcher may be told although it had seen it already.
@NullMarked
package dev.muster.server.live;

import org.jspecify.annotations.NullMarked;
