/// Who watches: finds out what is wrong with devices and with the server, by what heartbeats say,
/// by their absence, by compliance and by actions, and writes it down in `alert`; and has the
/// status of devices follow. What it costs follows what changes and what is not well, never the
/// size of the fleet.
@NullMarked
package dev.muster.server.watch;

import org.jspecify.annotations.NullMarked;
