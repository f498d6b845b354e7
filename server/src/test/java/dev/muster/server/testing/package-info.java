/// What tests stand on: a real PostgreSQL, clocks that are told the time, servers on loopback.
@NullMarked
package dev.muster.server.testing;

import org.jspecify.annotations.NullMarked;
