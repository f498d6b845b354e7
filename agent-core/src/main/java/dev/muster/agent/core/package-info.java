/// What every Muster agent is: the loop that enrolls, pulls, enforces, reads back and reports, with
/// ports for everything that differs between a JVM, a phone and a simulator.
@NullMarked
package dev.muster.agent.core;

import org.jspecify.annotations.NullMarked;
