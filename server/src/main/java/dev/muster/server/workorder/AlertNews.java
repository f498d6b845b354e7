package dev.muster.server.workorder;

import dev.muster.server.alert.TaskOrder;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// An alert that has, or is to have, a task was raised, or has recovered.
///
/// @param order the task to open; null when the alert has recovered
record AlertNews(UUID alert, @Nullable TaskOrder order) {}
