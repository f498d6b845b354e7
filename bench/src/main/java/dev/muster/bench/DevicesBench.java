package dev.muster.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Lists of devices over HTTP, one request at a time.
final class DevicesBench {
  private static final int PAGES_IN = 3;

  /// What is asked: each filter, each order, a search, filters together.
  private static final List<String> LISTS =
      List.of(
          "",
          "ordering=-created_at",
          "ordering=name",
          "ordering=-device_id",
          "group=half",
          "group=half&ordering=name",
          "status=IDLE&ordering=name",
          "status=ERROR",
          "platform=ANDROID&ordering=-name",
          "type=till&ordering=device_id",
          "tag=tag-3&ordering=name",
          "model=Model%207",
          "os_version=16&ordering=-created_at",
          "agent_version=1.2&ordering=name",
          "lifecycle=ACTIVE",
          "attribute.site=S7&ordering=name",
          "attribute.serial=777",
          "search=device",
          "search=device%20a",
          "search=device-77&ordering=-created_at",
          "search=dev&group=half",
          "status=IDLE&platform=LINUX&ordering=name",
          "group=half&attribute.serial=778");

  private final Api admin;
  private final int repeats;

  DevicesBench(Api admin, int repeats) {
    this.admin = admin;
    this.repeats = repeats;
  }

  /// The first page of each list and one further in.
  Map<String, Samples> run() throws IOException, InterruptedException {
    Map<String, String> paths = new LinkedHashMap<>();
    for (String list : LISTS) {
      String first = "/api/devices/?limit=50" + (list.isEmpty() ? "" : "&" + list);
      paths.put(list.isEmpty() ? "all" : list, first);
      String further = further(first);
      if (further != null) {
        paths.put((list.isEmpty() ? "all" : list) + ", page " + (PAGES_IN + 1), further);
      }
    }
    Map<String, Samples> measured = new LinkedHashMap<>();
    for (Map.Entry<String, String> path : paths.entrySet()) {
      measured.put(path.getKey(), measure(path.getValue()));
    }
    return measured;
  }

  private @Nullable String further(String first) throws IOException, InterruptedException {
    String path = first;
    for (int i = 0; i < PAGES_IN; i++) {
      JsonNode next = admin.get(path).path("next");
      if (next.isNull()) {
        return null;
      }
      path = next.asText();
    }
    return path;
  }

  private Samples measure(String path) throws IOException, InterruptedException {
    List<Long> nanos = new ArrayList<>();
    for (int i = -repeats / 4; i < repeats; i++) {
      long begin = System.nanoTime();
      var _ = admin.send("GET", path, null);
      if (i >= 0) {
        nanos.add(System.nanoTime() - begin);
      }
    }
    return Samples.ofNanos(nanos);
  }
}
