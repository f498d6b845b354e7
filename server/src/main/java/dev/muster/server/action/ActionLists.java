package dev.muster.server.action;

import dev.muster.server.device.DeviceId;
import dev.muster.server.device.Devices;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import jakarta.inject.Singleton;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Lists of actions, newest first.
@Singleton
public class ActionLists {
  /// Beyond this many a list does not count.
  static final int MOST_COUNTED = 10_000;

  private final Database database;
  private final Devices devices;

  public ActionLists(Database database, Devices devices) {
    this.database = database;
    this.devices = devices;
  }

  /// A page.
  ///
  /// @param count of all that match, 10,000 at the most
  /// @param next cursor of the page after it; null on the last one
  public record Listed(long count, List<Action> actions, @Nullable String next) {}

  /// @param cursor `next` of the page before; null for the first
  /// @throws Refusal `invalid parameter` for a cursor that is none, `not found` for a device
  public Listed list(Caller caller, ActionFilter filter, @Nullable String cursor, int limit) {
    caller.require(Right.READ);
    OrganizationId organization = caller.organization();
    Long before = cursor == null ? null : number(cursor);
    return database.in(
        organization,
        handle -> {
          String named = filter.device();
          DeviceId device =
              named == null ? null : devices.require(handle, organization, named).id();
          ActionSearch search = new ActionSearch(organization, device, filter);
          List<Action> found = search.page(handle, before, limit + 1);
          boolean more = found.size() > limit;
          List<Action> page = more ? found.subList(0, limit) : found;
          return new Listed(
              search.count(handle, MOST_COUNTED),
              List.copyOf(page),
              more ? Long.toString(page.getLast().number()) : null);
        });
  }

  private static Long number(String cursor) {
    if (!cursor.matches("[0-9]{1,18}")) {
      throw Refusal.parameter("cursor", "must be that of a next link");
    }
    return Long.valueOf(cursor);
  }
}
