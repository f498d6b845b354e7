package dev.muster.server.task;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Which tasks are wanted; null narrows nothing.
public record TaskFilter(
    @Nullable String status,
    @Nullable String priority,
    @Nullable UUID assignedTo,
    @Nullable UUID project,
    @Nullable UUID device,
    @Nullable UUID group,
    @Nullable String search) {}
