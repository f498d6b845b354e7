package dev.muster.agent.core;

import java.util.concurrent.ThreadFactory;

/// What of the outside world an agent needs to carry out commands.
///
/// @param threads makes the three threads on which commands run, results are delivered and the
///   server is asked
public record CommandPorts(CommandExecutor executor, CommandStore store, ThreadFactory threads) {}
