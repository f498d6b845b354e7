package dev.muster.sync;

import dev.muster.protocol.Json;
import java.util.Map;

/// An edit that waits to be pushed.
///
/// @param number by which it is older than those after it
/// @param operation `create`, `update` or `delete`
/// @param data the fields that were set, with the clock of the row after it
public record Change(long number, Kind kind, String id, String operation, Json.Obj data) {
  static final String CREATE = "create";
  static final String UPDATE = "update";
  static final String DELETE = "delete";

  Json.Obj toJson() {
    return Json.obj(Map.of("id", Json.of(id), "operation", Json.of(operation), "data", data));
  }
}
