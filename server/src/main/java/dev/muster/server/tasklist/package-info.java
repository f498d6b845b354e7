/// Many tasks at once: changed by one request. Each task is held by
/// the rules of the room of tasks, and one that breaks them holds up no other.
@NullMarked
package dev.muster.server.tasklist;

import org.jspecify.annotations.NullMarked;
