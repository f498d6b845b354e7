/// Many tasks at once: changed, taken out as a file and brought in from one. Each task is held by
/// the rules of the room of tasks, and one that breaks them holds up no other.
@NullMarked
package dev.muster.server.tasklist;

import org.jspecify.annotations.NullMarked;
