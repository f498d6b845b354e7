/// The agent for the JVM, and the simulator that runs a fleet of them in one process.
@NullMarked
package dev.muster.agent;

import org.jspecify.annotations.NullMarked;
