package dev.muster.server.platform;

import java.time.Instant;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.jspecify.annotations.Nullable;

/// One life of the database, from its beginning or from a restore to the next. What clients were
/// told in an earlier life may be unknown in this one.
///
/// @param restoredFrom when the backup was taken that it began with; null in the first life
public record Epoch(UUID id, Instant beganAt, @Nullable Instant restoredFrom) {

  public static Epoch read(Handle handle) {
    return handle
        .createQuery("select id, began_at, restored_from from platform.epoch")
        .map(ConstructorMapper.of(Epoch.class))
        .one();
  }

  /// Begins another life, as the owner of the tables.
  public static Epoch renew(Handle handle, Instant now, Instant restoredFrom) {
    Epoch epoch = new Epoch(Ids.next(), now, restoredFrom);
    handle
        .createUpdate(
            "update platform.epoch set id = :id, began_at = :began, restored_from = :restored")
        .bind("id", epoch.id())
        .bind("began", now)
        .bind("restored", restoredFrom)
        .execute();
    return epoch;
  }
}
