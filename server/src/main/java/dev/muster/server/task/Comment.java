package dev.muster.server.task;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What somebody has said of a task, perhaps in answer to another comment of it.
public record Comment(
    UUID id,
    UUID task,
    @Nullable UUID user,
    String content,
    @Nullable UUID parent,
    boolean edited,
    Stamp stamp) {
  public Comment with(Stamp next) {
    return new Comment(id, task, user, content, parent, edited, next);
  }
}
