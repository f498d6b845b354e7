package dev.muster.agent.core;

import java.util.function.Consumer;
import java.util.function.DoubleSupplier;

/// Everything of the outside world that an agent needs.
///
/// @param random numbers from 0 (included) to 1, for jitter
/// @param events hears what happens, from all threads of the agent
public record AgentPorts(
    Transport transport,
    AgentStore store,
    PolicyEnforcer enforcer,
    Doorbell doorbell,
    AgentClock clock,
    DoubleSupplier random,
    Consumer<AgentEvent> events) {}
