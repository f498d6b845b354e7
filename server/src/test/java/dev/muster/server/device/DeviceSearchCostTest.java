package dev.muster.server.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Role;
import dev.muster.server.testing.Audits;
import dev.muster.server.testing.MutableClock;
import dev.muster.server.testing.Tenants;
import dev.muster.server.testing.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// What a page of each list makes PostgreSQL read, in a fleet that is large beside a page: the rows
/// of the page and no more, by an index.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // set before the tests
class DeviceSearchCostTest {
  private static final int DEVICES = 6_000;
  private static final int PAGE = 50;

  /// The entry that is walked, what else is looked up for it, and some slack.
  private static final long READS_A_ROW = 3;

  private static final ObjectMapper JSON = new ObjectMapper();

  /// Every second device, a tenth of them, and one.
  private static final Map<String, DeviceFilter> FILTERS = new TreeMap<>();

  static {
    FILTERS.put("nothing", DeviceFilter.ALL);
    FILTERS.put("retired", DeviceFilter.ALL.at(Lifecycle.RETIRED));
    FILTERS.put("active", DeviceFilter.ALL.at(Lifecycle.ACTIVE));
    FILTERS.put("deactivated", DeviceFilter.ALL.at(Lifecycle.DEACTIVATED));
    FILTERS.put("group", DeviceFilter.ALL.in("half"));
    FILTERS.put("status", DeviceFilter.ALL.having("status", "IDLE"));
    FILTERS.put("rare status", DeviceFilter.ALL.having("status", "ERROR"));
    FILTERS.put("platform", DeviceFilter.ALL.having("platform", "LINUX"));
    FILTERS.put("type", DeviceFilter.ALL.having("type", "till"));
    FILTERS.put("tag", DeviceFilter.ALL.having("tag", "even"));
    FILTERS.put("model", DeviceFilter.ALL.having("model", "M3"));
    FILTERS.put("os_version", DeviceFilter.ALL.having("os_version", "12"));
    FILTERS.put("agent_version", DeviceFilter.ALL.having("agent_version", "1.0"));
    FILTERS.put("attribute", DeviceFilter.ALL.having("attribute.site", "S7"));
    FILTERS.put("rare attribute", DeviceFilter.ALL.having("attribute.serial", "4710"));
    FILTERS.put(
        "rare among frequent",
        DeviceFilter.ALL.having("status", "IDLE").having("attribute.serial", "4712"));
  }

  private final TestDatabase postgres = TestDatabase.create();
  private final Database database = postgres.database();
  private final MutableClock clock = new MutableClock();
  private final Groups groups = new Groups(database, clock, List.of(), Audits.on(clock));
  private OrganizationId organization;
  private GroupId half;

  @BeforeAll
  void makeFleet() {
    organization = Tenants.fresh(database);
    Caller operator = Tenants.person(organization, Role.OPERATOR);
    half = groups.create(operator, "half").id();
    new Devices(database, clock, groups, Audits.on(clock), List.of())
        .register(operator, NewDevice.named("first"));
    database.acrossOrganizations(handle -> {
      handle.execute(
          """
          insert into device.device (organization_id, id, handle, name, name_key, platform, type, status, tags,
            model, os_version, agent_version, lifecycle, retired_at, attributes, created_at, updated_at)
          select ?, gen_random_uuid(), 'handle-' || i, 'Name ' || i, 'name ' || i,
            case when i % 2 = 0 then 'LINUX' else 'IOS' end, case when i % 3 = 0 then 'till' else '' end,
            case when i % 1000 = 0 then 'ERROR' else 'IDLE' end,
            case when i % 2 = 0 then array['even'] else array['odd'] end, 'M' || i % 10, '12', '1.0',
            case i % 7 when 0 then 'RETIRED' when 1 then 'DEACTIVATED' else 'ACTIVE' end,
            case i % 7 when 0 then now() end,
            jsonb_build_object('site', 'S' || i % 10, 'serial', i), now(), now()
          from generate_series(1, ?) as i
          """,
          organization, DEVICES);
      handle.execute(
          """
          insert into device.group_member (organization_id, group_id, device_id)
          select organization_id, ?, id from device.device
          where organization_id = ? and lifecycle <> 'RETIRED' and platform = 'LINUX'
          """,
          half.value(),
          organization);
      return handle.execute(
          """
          insert into device.facet (organization_id, facet, retired, device_id, name_key, handle_key)
          select organization_id, facet, retired, device_id, name_key, handle_key from device.facet_due
          on conflict do nothing
          """);
    });
  }

  @AfterAll
  void close() {
    postgres.close();
  }

  @Test
  void aPageOfAnyFilterInAnyOrderReadsItselfAndNoMore() {
    List<String> wrong = new ArrayList<>();
    for (Map.Entry<String, DeviceFilter> filter : FILTERS.entrySet()) {
      for (String ordering :
          List.of("created_at", "-created_at", "name", "-name", "device_id", "-device_id")) {
        look(wrong, filter.getKey() + " by " + ordering, filter.getValue(), ordering);
      }
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void aPageOfASearchReadsItselfAndNoMoreWithAnyFilter() {
    List<String> wrong = new ArrayList<>();
    for (String text : List.of("n", "handle-1", "name 4710", "nobody")) {
      FILTERS.forEach(
          (name, filter) -> look(wrong, text + " of " + name, filter.searching(text), null));
    }
    assertThat(wrong).isEmpty();
  }

  /// Also behind row-level security, where the walk is part of other work.
  @Test
  void aChunkOfAWalkOverAllThatMatchReadsItselfAndNoMore() {
    List<String> wrong = new ArrayList<>();
    DeviceId middle =
        database.acrossOrganizations(handle ->
            search(handle, DeviceFilter.ALL, null).page(handle, null, 2_000, 1).ids().getLast());
    FILTERS.forEach((name, filter) ->
        database.in(
            organization,
            handle -> {
              DeviceSearch search =
                  DeviceSearch.byId(
                      handle, organization, filter, filter.group() == null ? null : half);
              DeviceSearch.Hit after = new DeviceSearch.Hit(0, "", middle.value());
              Cost cost =
                  cost(handle, search.page(0, after, false, PAGE, DeviceSearch.MOST_LOOKED_AT));
              if (cost.scansTable() || cost.read() > READS_A_ROW * PAGE) {
                wrong.add(name + " " + cost);
              }
              return handle;
            }));
    assertThat(wrong).isEmpty();
  }

  @Test
  void aChunkOfASearchStopsAfterItsWindow() {
    Cost cost =
        database.in(
            organization,
            handle ->
                cost(
                    handle,
                    DeviceSearch.byId(
                            handle, organization, DeviceFilter.ALL.searching("nobody"), null)
                        .page(0, null, false, PAGE, 500)));
    assertThat(cost.scansTable()).isFalse();
    assertThat(cost.read()).isLessThan(500 + PAGE);
  }

  @Test
  void workAfterAWalkIsPlannedAsBefore() {
    String sorting =
        database.in(
            organization,
            handle -> {
              new DeviceLists(database, groups)
                  .idsAfter(handle, organization, DeviceFilter.ALL, List.of(), null, PAGE);
              return handle
                  .createQuery(
                      "select current_setting('enable_sort') || current_setting('enable_seqscan')")
                  .mapTo(String.class)
                  .one();
            });
    assertThat(sorting).isEqualTo("onon");
  }

  /// Statistics that have not been taken for long, as here where none were, do not change it.
  @Test
  void countingStopsAndGoesByAnIndex() {
    List<String> wrong = new ArrayList<>();
    FILTERS.forEach((name, filter) ->
        database.acrossOrganizations(handle -> {
          DeviceSearch search = search(handle, filter, null);
          Cost cost = cost(handle, search.counting(0));
          if (cost.scansTable() || cost.read() > 2L * DeviceSearch.MOST_LOOKED_AT + PAGE) {
            wrong.add(name + " " + cost);
          }
          return handle;
        }));
    assertThat(wrong).isEmpty();
  }

  @Test
  void aSearchThatFindsTooManyTakesNoOtherOrder() {
    assertThatThrownBy(() ->
            database.acrossOrganizations(
                handle -> search(handle, DeviceFilter.ALL.searching("n"), "-created_at")))
        .hasMessageStartingWith("ordering: is possible with a search that finds at most 1,000");
    int found =
        database.acrossOrganizations(handle ->
            search(handle, DeviceFilter.ALL.searching("name 12"), "-created_at")
                .page(handle, null, 0, 500)
                .ids()
                .size());
    assertThat(found).isPositive().isLessThan(200);
  }

  /// Looks at a page in the middle, so that a place has to be found too.
  private void look(
      List<String> wrong, String name, DeviceFilter filter, @Nullable String ordering) {
    database.acrossOrganizations(handle -> {
      DeviceSearch search = search(handle, filter, ordering);
      DeviceSearch.Found first = search.page(handle, null, 0, PAGE);
      List<DeviceSearch.Ask> asks = new ArrayList<>();
      asks.add(search.page(0, null, false, PAGE, DeviceSearch.MOST_LOOKED_AT));
      DeviceCursor next = first.next();
      if (next != null) {
        DeviceSearch.Hit after = new DeviceSearch.Hit(next.walk(), next.key(), next.id());
        asks.add(search.page(next.walk(), after, false, PAGE, DeviceSearch.MOST_LOOKED_AT));
      }
      for (DeviceSearch.Ask ask : asks) {
        Cost cost = cost(handle, ask);
        if (cost.scansTable() || cost.read() > READS_A_ROW * PAGE) {
          wrong.add(name + " " + cost);
        }
      }
      return handle;
    });
  }

  private DeviceSearch search(Handle handle, DeviceFilter filter, @Nullable String ordering) {
    return DeviceSearch.of(
        handle,
        organization,
        filter,
        filter.group() == null ? null : half,
        ordering == null ? null : DeviceOrder.parse(ordering));
  }

  /// @param read rows that came out of tables and indexes or were thrown away there
  private record Cost(long read, boolean scansTable, List<String> nodes) {}

  private static Cost cost(Handle handle, DeviceSearch.Ask ask) {
    String plan =
        handle
            .createQuery("explain (analyze, format json) " + ask.sql())
            .bindMap(ask.arguments())
            .mapTo(String.class)
            .one();
    List<String> nodes = new ArrayList<>();
    try {
      return new Cost(
          read(JSON.readTree(plan).get(0).get("Plan"), nodes),
          nodes.stream().anyMatch(node -> node.startsWith("Seq") || node.startsWith("Sort")),
          nodes);
    } catch (JsonProcessingException failure) {
      throw new AssertionError(failure);
    }
  }

  private static long read(JsonNode plan, List<String> nodes) {
    nodes.add(plan.get("Node Type").asText() + " " + plan.path("Index Name").asText());
    long rows =
        plan.has("Relation Name")
            ? (long)
                ((plan.get("Actual Rows").asDouble()
                        + plan.path("Rows Removed by Filter").asDouble())
                    * plan.get("Actual Loops").asDouble())
            : 0;
    for (JsonNode below : plan.path("Plans")) {
      rows += read(below, nodes);
    }
    return rows;
  }
}
