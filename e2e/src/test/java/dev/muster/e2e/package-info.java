/// Whole-system tests: server, agents, simulator and command line as processes, started as people
/// start them, on loopback, with real PostgreSQL.
///
/// What is tested here is what only whole processes show: that they find each other, that what was
/// acknowledged survives their death, and that nothing of them stays behind.
@NullMarked
package dev.muster.e2e;

import org.jspecify.annotations.NullMarked;
