package dev.muster.server.device;

import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Right;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
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

  /// As PostgreSQL compares them; [java.util.UUID] takes its halves for signed numbers.
  private static final Comparator<DeviceId> BY_ID = Comparator.comparing(DeviceId::toString);

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
              ? DeviceUsageStore.count(handle, organization)
              : search.count(handle);
      return new Listed(
          Math.max(count, place.offset() + found.ids().size()),
          entries(handle, organization, found.ids()),
          text(found.next(), search),
          text(found.previous(), search));
    });
  }

  /// A part of a walk over devices.
  ///
  /// @param ids ascending; may be few or none although there are more
  /// @param next after which device to go on; null when that was all
  public record Chunk(List<DeviceId> ids, @Nullable DeviceId next) {}

  /// The devices that match the filter and, when groups are named, are in any of these, by id, for
  /// work on all of them: each once, and in any number of transactions. A chunk costs the same
  /// wherever it begins and however many match.
  ///
  /// @param after the device after which to go on; null to begin
  /// @throws Refusal `invalid parameter` when the filter's group is unknown
  public Chunk idsAfter(
      Handle handle,
      OrganizationId organization,
      DeviceFilter filter,
      Collection<GroupId> anyOf,
      @Nullable DeviceId after,
      int limit) {
    requireSensible(filter, Place.START);
    GroupId group = group(handle, organization, filter);
    List<DeviceFilter> filters =
        anyOf.isEmpty()
            ? List.of(filter)
            : anyOf.stream().distinct().map(id -> filter.having("group", id.toString())).toList();
    SortedSet<DeviceId> ids = new TreeSet<>(BY_ID);
    DeviceCursor place = after == null ? null : new DeviceCursor(false, 0, "", after.value());
    DeviceId seenTo = null;
    for (DeviceFilter one : filters) {
      DeviceSearch.Found found =
          DeviceSearch.byId(handle, organization, one, group).page(handle, place, 0, limit);
      ids.addAll(found.ids());
      DeviceCursor next = found.next();
      if (next != null) {
        DeviceId end = new DeviceId(next.id());
        seenTo = seenTo == null || BY_ID.compare(end, seenTo) < 0 ? end : seenTo;
      }
    }
    DeviceSearch.planFreely(handle);
    return chunk(ids, seenTo, limit);
  }

  /// The first of what several walks have found, as far as all of them have seen.
  private static Chunk chunk(SortedSet<DeviceId> ids, @Nullable DeviceId seenTo, int limit) {
    List<DeviceId> chunk = new ArrayList<>();
    for (DeviceId id : ids) {
      if (chunk.size() == limit) {
        return new Chunk(chunk, chunk.getLast());
      }
      if (seenTo != null && BY_ID.compare(id, seenTo) > 0) {
        break;
      }
      chunk.add(id);
    }
    return new Chunk(chunk, seenTo);
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
