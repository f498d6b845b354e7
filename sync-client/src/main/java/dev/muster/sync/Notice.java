package dev.muster.sync;

import dev.muster.protocol.Json;
import org.jspecify.annotations.Nullable;

/// The server has kept an edit of this device as a conflict. It is not lost: somebody resolves it
/// there. Until then this device shows what the server has.
///
/// @param reason a sentence of the server
/// @param local what this device had, null when it had deleted the row
/// @param server what the server has, as far as it told
public record Notice(
    Kind kind, String id, String reason, Json.@Nullable Obj local, Json.@Nullable Obj server) {}
