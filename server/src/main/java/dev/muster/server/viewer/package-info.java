/// Pages and programs that look at the fleet over a WebSocket, and what they are told of it; and
/// those that synchronize tasks, who are told to pull.
///
/// Its guarantee: a viewer is told the newest of all that it looks at, each device at most once a
/// second, from whatever node the change came; with the cursor of the last frame it goes on and
/// misses nothing that is in the log. What one viewer costs is bounded: who reads slowly is told
/// less, and to look anew, and holds up nobody. Nobody is told of another organization, or once
/// their credential is not accepted any more.
@NullMarked
package dev.muster.server.viewer;

import org.jspecify.annotations.NullMarked;
