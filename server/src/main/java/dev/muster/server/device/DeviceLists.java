package dev.muster.server.device;

import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Lists of devices, by filter and in an order, page by page; see [DeviceSearch] for what they
/// cost.
@Singleton
public class DeviceLists {
  static final int MOST_PASSED_OVER = 10_000;
  static final int LONGEST_SEARCH = 128;

  private final Database database;
  private final Groups groups;

  public DeviceLists(Database database, Groups groups) {
    this.database = database;
    this.groups = groups;
  }

  /// A page.
  ///
  /// @param count of all that match: exact without a filter, at most 10,000 with one, because
  ///   counting exactly would read every device that matches
  /// @param next cursor of the page after it; null on the last one. A page with a next one may
  ///   nevertheless be short.
  public record Listed(
      long count, List<Devices.Entry> entries, @Nullable String next, @Nullable String previous) {}

  /// Where a page begins: at a cursor, or so many devices from the start.
  public record Place(@Nullable String cursor, int offset) {
    public static final Place START = new Place(null, 0);
  }

  /// @param order null: that of registration or, of a search, its own
  /// @throws Refusal `invalid parameter` when the cursor is of another list
  public Listed list(
      Caller caller, DeviceFilter filter, @Nullable DeviceOrder order, Place place, int limit) {
    caller.require(Right.READ);
    requireSensible(filter, place);
    OrganizationId organization = caller.organization();
    return database.acrossOrganizations(handle -> {
      DeviceSearch search =
          DeviceSearch.of(handle, organization, filter, group(handle, organization, filter), order);
      String cursor = place.cursor();
      DeviceSearch.Found found =
          search.page(
              handle,
              cursor == null ? null : DeviceCursor.read(cursor, search.name()),
              place.offset(),
              limit);
      long count =
          filter.equals(DeviceFilter.ALL)
              ? DeviceSearch.countAll(handle, organization)
              : search.count(handle);
      return new Listed(
          Math.max(count, place.offset() + found.ids().size()),
          entries(handle, organization, found.ids()),
          text(found.next(), search),
          text(found.previous(), search));
    });
  }

  private static void requireSensible(DeviceFilter filter, Place place) {
    if (filter.search() != null && filter.search().length() > LONGEST_SEARCH) {
      throw Refusal.parameter("search", "must have 128 characters at the most");
    }
    if (place.offset() > MOST_PASSED_OVER) {
      throw Refusal.parameter("offset", "must be 10000 at the most; follow next beyond that");
    }
    if (place.offset() > 0 && place.cursor() != null) {
      throw Refusal.parameter("offset", "is not possible together with cursor");
    }
  }

  private static @Nullable String text(@Nullable DeviceCursor cursor, DeviceSearch search) {
    return cursor == null ? null : cursor.text(search.name());
  }

  private static List<Devices.Entry> entries(
      Handle handle, OrganizationId organization, List<DeviceId> ids) {
    Map<DeviceId, Device> devices =
        DeviceStore.findAll(
                handle, organization, ids.stream().map(DeviceId::value).toList(), List.of())
            .stream()
            .collect(Collectors.toMap(Device::id, Function.identity()));
    Map<DeviceId, List<String>> names = GroupStore.namesOf(handle, organization, ids);
    List<Devices.Entry> entries = new ArrayList<>();
    for (DeviceId id : ids) {
      Device device = devices.get(id);
      if (device != null) {
        entries.add(new Devices.Entry(device, names.getOrDefault(id, List.of())));
      }
    }
    return entries;
  }

  private @Nullable GroupId group(Handle handle, OrganizationId organization, DeviceFilter filter) {
    return filter.group() == null
        ? null
        : groups
            .find(handle, organization, filter.group())
            .orElseThrow(() -> Refusal.parameter("group", "is no group of this organization"))
            .id();
  }
}
