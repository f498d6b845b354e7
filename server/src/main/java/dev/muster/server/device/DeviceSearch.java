package dev.muster.server.device;

import dev.muster.protocol.Json;
import dev.muster.server.platform.JsonText;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The SQL that finds devices by filter. It runs as the cross-tenant role and names the
/// organization itself, because behind row-level security PostgreSQL compares no texts by an index.
///
/// Every list is a walk along one index of `device.facet`: the devices that one facet has, in the
/// wanted order, from a place on. So any filter in any order costs its page and not its matches or
/// the fleet. Of several filters the rarest is walked and the others are looked up for each device;
/// where too few have them all the walk stops after [#MOST_LOOKED_AT], and the page is short and
/// says where to go on.
///
/// Rejected: an index a filter and order on the device itself (twenty-one, of which each change of
/// status would write all); a GIN index, which has no order.
final class DeviceSearch {
  /// Devices that one request looks at, at the most.
  static final int MOST_LOOKED_AT = 10_000;

  /// A filtered list of more devices than this says that it has so many.
  static final int MOST_COUNTED = 10_000;

  /// Devices that a search may find and still be put into another order than its own.
  static final int MOST_SORTED = 1_000;

  /// A device and where it is.
  record Hit(int walk, String key, UUID id) {
    DeviceCursor cursor(boolean backward) {
      return new DeviceCursor(backward, walk, key, id);
    }
  }

  /// A page, with the places on both sides of it; null where the list ends.
  record Found(List<DeviceId> ids, @Nullable DeviceCursor next, @Nullable DeviceCursor previous) {}

  /// A statement and its arguments.
  record Ask(String sql, Map<String, Object> arguments) {}

  private final OrganizationId organization;
  private final boolean retired;
  private final String walked;
  private final List<String> others;
  private final List<FacetWalk> walks;
  private final String name;

  private DeviceSearch(
      OrganizationId organization,
      boolean retired,
      List<String> facets,
      List<FacetWalk> walks,
      String name) {
    this.organization = organization;
    this.retired = retired;
    this.walked = facets.isEmpty() ? "" : facets.getFirst();
    this.others = facets.isEmpty() ? List.of() : facets.subList(1, facets.size());
    this.walks = walks;
    this.name = name;
  }

  /// @param order null: that of registration or, of a search, first those that the name finds, by
  ///   name, and then those that the handle finds
  /// @throws Refusal `invalid parameter` when a search finds too many to be put into `order`
  static DeviceSearch of(
      Handle handle,
      OrganizationId organization,
      DeviceFilter filter,
      @Nullable GroupId group,
      @Nullable DeviceOrder order) {
    List<String> facets = new ArrayList<>(filter.facets());
    if (group != null) {
      facets.add("group=" + group);
    }
    if (filter.lifecycle() == Lifecycle.ACTIVE || filter.lifecycle() == Lifecycle.DEACTIVATED) {
      facets.add("lifecycle=" + filter.lifecycle());
    }
    boolean retired = filter.lifecycle() == Lifecycle.RETIRED;
    plan(handle, false);
    String name =
        JsonText.hash(
            Json.texts(
                List.of(
                    String.valueOf(filter.search()),
                    String.valueOf(group),
                    String.valueOf(filter.lifecycle()),
                    String.join("\n", filter.facets()),
                    String.valueOf(order))));
    DeviceSearch plain =
        new DeviceSearch(
            organization,
            retired,
            rarestFirst(handle, organization, retired, facets),
            List.of(FacetWalk.by(order == null ? DeviceOrder.REGISTRATION : order)),
            name.substring(0, 12));
    return filter.search() == null ? plain : plain.searching(handle, filter.search(), order);
  }

  /// All that the filter finds, in the order of their ids, a search included: then devices are
  /// looked at one by one, and pages may be short. Compares no texts but for equality, so it works
  /// behind row-level security too. Who goes on with other statements calls [#planFreely].
  static DeviceSearch byId(
      Handle handle, OrganizationId organization, DeviceFilter filter, @Nullable GroupId group) {
    DeviceSearch plain = of(handle, organization, filter.searching(null), group, null);
    String text = filter.search();
    return text == null
        ? plain
        : plain.along(List.of(FacetWalk.ofNamed(text.toLowerCase(Locale.ROOT))));
  }

  /// Lets the planner choose again for the rest of the transaction.
  static void planFreely(Handle handle) {
    plan(handle, true);
  }

  private DeviceSearch along(List<FacetWalk> others) {
    return new DeviceSearch(organization, retired, facets(), others, name);
  }

  private List<String> facets() {
    List<String> facets = new ArrayList<>();
    if (!walked.isEmpty()) {
      facets.add(walked);
      facets.addAll(others);
    }
    return facets;
  }

  /// Lets the planner see each argument and, unless `sorting`, take no way but along an index. By
  /// statistics alone, which may be old, it would now and then read and sort all that match.
  private static void plan(Handle handle, boolean sorting) {
    String other = sorting ? "on" : "off";
    handle
        .createQuery(
            """
            select set_config('plan_cache_mode', 'force_custom_plan', true),
              set_config('enable_sort', :other, true), set_config('enable_bitmapscan', :other, true),
              set_config('enable_seqscan', :other, true)
            """)
        .bind("other", other)
        .mapTo(String.class)
        .one();
  }

  private DeviceSearch searching(Handle handle, String text, @Nullable DeviceOrder order) {
    String beginning = text.toLowerCase(Locale.ROOT);
    DeviceSearch search =
        along(List.of(FacetWalk.byName(beginning), FacetWalk.byHandleOnly(beginning)));
    if (order == null) {
      return search;
    }
    Set<UUID> found = search.few(handle);
    plan(handle, true);
    return along(List.of(FacetWalk.among(found, order)));
  }

  /// All that the walks find, of which there may only be few, and within one window.
  private Set<UUID> few(Handle handle) {
    Set<UUID> found = new LinkedHashSet<>();
    boolean all = true;
    for (int i = 0; i < walks.size(); i++) {
      run(handle, page(i, null, false, MOST_SORTED + 1, MOST_LOOKED_AT), i)
          .forEach(hit -> found.add(hit.id()));
      all &=
          !passesOver(walks.get(i)) || endOfWindow(handle, i, null, false, MOST_LOOKED_AT) == null;
    }
    if (!all || found.size() > MOST_SORTED) {
      throw Refusal.parameter(
          "ordering",
          "is possible with a search that finds at most 1,000 devices; search for more of the name,"
              + " or leave ordering out");
    }
    return found;
  }

  private static List<String> rarestFirst(
      Handle handle, OrganizationId organization, boolean retired, List<String> facets) {
    if (facets.size() < 2) {
      return facets;
    }
    return handle
        .createQuery(
            """
            select wanted.facet from unnest(:facets) as wanted (facet)
            order by (select count(*) from (
                        select from device.facet f
                        where f.organization_id = :organization and f.facet = wanted.facet collate "C"
                          and f.retired = :retired
                        limit 1000) as counted),
              wanted.facet
            """)
        .bindArray("facets", String.class, facets)
        .bind("organization", organization)
        .bind("retired", retired)
        .mapTo(String.class)
        .list();
  }

  /// Names filter and ordering in cursors.
  String name() {
    return name;
  }

  /// @param from where a page before ended; null for the beginning
  /// @param offset devices to pass over, which are read
  Found page(Handle handle, @Nullable DeviceCursor from, int offset, int limit) {
    boolean backward = from != null && from.backward();
    int window = offset > 0 ? Integer.MAX_VALUE : MOST_LOOKED_AT;
    int wanted = offset + limit + 1;
    List<Hit> hits = new ArrayList<>();
    Hit stop = null;
    int walk = from == null ? 0 : Math.min(from.walk(), walks.size() - 1);
    Hit after = from == null ? null : new Hit(walk, from.key(), from.id());
    while (walk >= 0 && walk < walks.size() && hits.size() < wanted && stop == null) {
      hits.addAll(run(handle, page(walk, after, backward, wanted - hits.size(), window), walk));
      if (hits.size() < wanted && offset == 0 && passesOver(walks.get(walk))) {
        stop = endOfWindow(handle, walk, after, backward, window);
      }
      walk += backward ? -1 : 1;
      after = null;
    }
    List<Hit> page =
        hits.subList(Math.min(offset, hits.size()), Math.min(offset + limit, hits.size()));
    boolean more = hits.size() == wanted;
    Hit end = more ? page.getLast() : stop;
    DeviceCursor onwards = end == null ? null : end.cursor(backward);
    DeviceCursor back = from == null || page.isEmpty() ? null : page.getFirst().cursor(!backward);
    List<DeviceId> ids =
        (backward ? page.reversed() : page).stream().map(hit -> new DeviceId(hit.id())).toList();
    return backward ? new Found(ids, back, onwards) : new Found(ids, onwards, back);
  }

  private boolean passesOver(FacetWalk walk) {
    return !others.isEmpty() || walk.passesOver();
  }

  private static List<Hit> run(Handle handle, Ask ask, int walk) {
    return handle
        .createQuery(ask.sql())
        .bindMap(ask.arguments())
        .map(
            (row, _) -> new Hit(walk, row.getString("key"), row.getObject("device_id", UUID.class)))
        .list();
  }

  private @Nullable Hit endOfWindow(
      Handle handle, int walk, @Nullable Hit after, boolean backward, int window) {
    Map<String, Object> arguments = arguments(walk, after);
    arguments.put("skip", window - 1);
    String sql = walks.get(walk).window(after, backward) + " offset :skip limit 1";
    List<Hit> last = run(handle, new Ask(sql, arguments), walk);
    return last.isEmpty() ? null : last.getFirst();
  }

  /// The statement for the devices of a walk after `after`.
  Ask page(int walk, @Nullable Hit after, boolean backward, int limit, int window) {
    Map<String, Object> arguments = arguments(walk, after);
    arguments.put("window", window);
    arguments.put("limit", limit);
    return new Ask(
        "select w.device_id, w.key from ("
            + walks.get(walk).window(after, backward)
            + " limit :window) as w where true"
            + conditions(walks.get(walk))
            + " order by "
            + walks.get(walk).ordering(backward)
            + " limit :limit",
        arguments);
  }

  /// How many match, at most [#MOST_COUNTED]; of several filters that are each frequent, at least
  /// so many.
  long count(Handle handle) {
    long count = 0;
    for (int i = 0; i < walks.size(); i++) {
      Ask ask = counting(i);
      count += handle.createQuery(ask.sql()).bindMap(ask.arguments()).mapTo(long.class).one();
    }
    return Math.min(count, MOST_COUNTED);
  }

  /// The statement that counts the devices of a walk.
  Ask counting(int walk) {
    Map<String, Object> arguments = arguments(walk, null);
    arguments.put("window", MOST_LOOKED_AT);
    return new Ask(
        "select count(*) from (select f.organization_id, f.device_id, f.name_key, f.handle_key "
            + walks.get(walk).source()
            + " limit :window) as w where true"
            + conditions(walks.get(walk)),
        arguments);
  }

  /// Sub-selects and no EXISTS, which PostgreSQL would turn into joins that lose the order.
  private String conditions(FacetWalk walk) {
    StringBuilder sql = new StringBuilder();
    for (int i = 0; i < others.size(); i++) {
      sql.append(
          """

          and (select true from device.facet o
               where o.organization_id = w.organization_id and o.facet = :other%d and o.retired = :retired
                 and o.device_id = w.device_id)\
          """
              .formatted(i));
    }
    return sql.append(walk.condition()).toString();
  }

  private Map<String, Object> arguments(int walk, @Nullable Hit after) {
    Map<String, Object> arguments = new TreeMap<>();
    arguments.put("organization", organization);
    arguments.put("facet", walked);
    arguments.put("retired", retired);
    for (int i = 0; i < others.size(); i++) {
      arguments.put("other" + i, others.get(i));
    }
    arguments.putAll(walks.get(walk).arguments());
    if (after != null) {
      arguments.put("id", after.id());
      arguments.put("key", after.key());
    }
    return arguments;
  }
}
