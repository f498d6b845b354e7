/// Offline first: devices push what was edited while nobody heard them, pull what others did, and
/// what cannot be merged waits as a conflict for somebody to decide. No push loses an edit, and no
/// pull misses a change.
@NullMarked
package dev.muster.server.sync;

import org.jspecify.annotations.NullMarked;
