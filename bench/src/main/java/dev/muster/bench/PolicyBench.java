package dev.muster.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The measurements, in an order in which none spoils the next: reads of a settled fleet, other
/// requests without and with wakes, reads of a fleet of which all is stale, publications.
final class PolicyBench {
  private static final int PAGE = 500;
  private static final int PAGES = 5;
  private static final int WARM_UP = 10;
  private static final int READS = 30;
  private static final int PUBLICATIONS = 40;
  private static final double READ_BOUND = 150;
  private static final double PUBLISH_BOUND = 2;
  private static final double P99_BOUND = 2;

  private final Api admin;
  private final Connection database;
  private final Fleet fleet;
  private final Bounds bounds;
  private int published;

  PolicyBench(Api admin, Connection database, Fleet fleet, Bounds bounds) {
    this.admin = admin;
    this.database = database;
    this.fleet = fleet;
    this.bounds = bounds;
  }

  void run(int devices, Duration duration, int rate) throws Exception {
    require("COMPLIANT", devices);
    for (String state : List.of("UNKNOWN", "STALE", "NON_COMPLIANT")) {
      filter(state, "when all are COMPLIANT");
    }
    Seed.drift(database, fleet);
    summary("one in ten drifting");
    pages();
    filteredPages("COMPLIANT");
    filteredPages("NON_COMPLIANT");
    stream(devices);
    otherRequests(duration, rate);
    require("STALE", devices);
    summary("all stale but a few");
    filter("UNKNOWN", "when almost all are STALE");
    filteredPages("STALE");
    publish();
  }

  /// A benchmark of another fleet than was meant would mean nothing.
  private void require(String state, int least) throws IOException, InterruptedException {
    JsonNode counts = admin.get("/api/compliance/summary/").get("counts");
    // devices that play the other requests report in between
    if (counts.get(state).asInt() < least * 0.5) {
      throw new IOException("the fleet should be " + state + ", and is " + counts);
    }
  }

  private void summary(String when) throws Exception {
    bounds.below(
        "counts by state, " + when,
        repeat(READS, () -> admin.send("GET", "/api/compliance/summary/", null)),
        READ_BOUND);
  }

  private void filter(String state, String when) throws Exception {
    String path = "/api/compliance/devices/?limit=" + PAGE + "&state=" + state;
    if (admin.get(path).get("count").asInt() != 0) {
      throw new IOException("devices are " + state + " that should not be");
    }
    bounds.below(
        "filter " + state + " " + when,
        repeat(READS, () -> admin.send("GET", path, null)),
        READ_BOUND);
  }

  /// Every 2,500 devices of the fleet. A page over HTTP has 500 at the most, so these are five
  /// requests.
  private void pages() throws Exception {
    Walk walk = walk("");
    bounds.raw("one page of 500", walk.pages());
    bounds.below("2,500 devices as 5 pages, all offsets", walk.fives(), READ_BOUND);
  }

  /// Each page of a filter counts all devices in the state anew, so a page is judged by itself;
  /// five of them are printed too.
  private void filteredPages(String state) throws Exception {
    Walk walk = walk("&state=" + state);
    bounds.below("one page of 500 that are " + state, walk.pages(), READ_BOUND);
    bounds.raw("five such pages, 2,500 devices", walk.fives());
  }

  private record Walk(Samples pages, Samples fives) {}

  /// Follows the next links of a list to its end: once to warm up, and once that counts.
  private Walk walk(String filter) throws Exception {
    List<Long> single = new ArrayList<>();
    for (int round = 0; round < 2; round++) {
      single.clear();
      String path = "/api/compliance/devices/?limit=" + PAGE + filter;
      while (path != null) {
        long begin = System.nanoTime();
        String page = admin.send("GET", path, null);
        single.add(System.nanoTime() - begin);
        path = next(page);
      }
    }
    List<Long> fives = new ArrayList<>();
    for (int i = 0; i + PAGES <= single.size(); i += PAGES) {
      fives.add(sum(single.subList(i, i + PAGES)));
    }
    return new Walk(
        Samples.ofNanos(single), Samples.ofNanos(fives.isEmpty() ? List.of(sum(single)) : fives));
  }

  private static long sum(List<Long> nanos) {
    return nanos.stream().mapToLong(Long::longValue).sum();
  }

  private static @Nullable String next(String page) throws IOException {
    JsonNode link = Api.JSON.readTree(page).get("next");
    return link.isNull() ? null : link.asText();
  }

  /// The whole fleet as one streamed array; its time by 2,500 devices has no percentiles.
  private void stream(int devices) throws Exception {
    Samples all = repeat(3, () -> admin.send("GET", "/devices", null));
    bounds.raw("GET /devices, all " + devices, all);
    double share = 2_500.0 / devices;
    bounds.below(
        "2,500 devices of that stream, on the average",
        new Samples(List.of(all.median() * share)),
        READ_BOUND);
  }

  private void otherRequests(Duration duration, int rate) throws Exception {
    OtherRequests others = new OtherRequests(fleet.agents(), admin, rate);
    others.run(Duration.ofSeconds(5));
    var without = others.run(duration);
    publishEverywhere();
    Thread publisher = Thread.ofVirtual().start(this::keepWaking);
    Map<OtherRequests.Kind, Samples> with;
    try {
      with = others.run(duration);
    } finally {
      publisher.interrupt();
      publisher.join();
    }
    without.forEach((kind, before) -> {
      Samples during = with.getOrDefault(kind, before);
      bounds.raw(kind + " without wakes", before);
      bounds.raw(kind + " while wakes run", during);
      bounds.ratio(
          "p99 of " + kind + ", wakes / no wakes",
          during.quantile(0.99),
          before.quantile(0.99),
          P99_BOUND);
    });
  }

  /// A fleet that is woken sooner than the measurement ends is woken again.
  private void keepWaking() {
    try {
      while (true) {
        TimeUnit.MILLISECONDS.sleep(250);
        if (wakes() == 0) {
          publishEverywhere();
        }
      }
    } catch (InterruptedException _) {
      // the measurement has ended
    } catch (IOException | SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  private long wakes() throws SQLException {
    try (Statement statement = database.createStatement();
        ResultSet rows = statement.executeQuery("select count(*) from policy.wake")) {
      rows.next();
      return rows.getLong(1);
    }
  }

  /// Both kinds in turn, so that what disturbs one disturbs the other.
  private void publish() throws Exception {
    List<Long> everywhere = new ArrayList<>();
    List<Long> alone = new ArrayList<>();
    for (int i = 0; i < WARM_UP + PUBLICATIONS; i++) {
      long one = timed(() -> publish(fleet.alone()));
      long all = timed(() -> publish(fleet.everywhere()));
      if (i >= WARM_UP) {
        alone.add(one);
        everywhere.add(all);
      }
    }
    Samples one = Samples.ofNanos(alone);
    Samples all = Samples.ofNanos(everywhere);
    bounds.raw("publish at one device", one);
    bounds.raw("publish at all devices", all);
    bounds.ratio("median of publish, all / one", all.median(), one.median(), PUBLISH_BOUND);
  }

  private void publishEverywhere() throws IOException, InterruptedException {
    publish(fleet.everywhere());
  }

  private synchronized @Nullable Object publish(String policy)
      throws IOException, InterruptedException {
    Publications.publish(admin, policy, Publications.payload(++published));
    return null;
  }

  private static Samples repeat(int times, Callable<?> request) throws Exception {
    List<Long> nanos = new ArrayList<>();
    for (int i = 0; i < times + Math.min(times, WARM_UP); i++) {
      long took = timed(request);
      if (i >= Math.min(times, WARM_UP)) {
        nanos.add(took);
      }
    }
    return Samples.ofNanos(nanos);
  }

  private static long timed(Callable<?> request) throws Exception {
    long begin = System.nanoTime();
    request.call();
    return System.nanoTime() - begin;
  }
}
