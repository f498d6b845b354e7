package dev.muster.server.alert;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// How a rule wants the task that each of its alerts opens. The room of tasks knows what the words
/// mean, and checks them by [Rules.Listener#ruleWanted].
///
/// @param priority null for that of tasks of which none is said
public record TaskOrder(
    @Nullable UUID project, @Nullable UUID assignedTo, @Nullable String priority) {}
