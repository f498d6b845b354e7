package dev.muster.server.batch;

import dev.muster.protocol.Json;
import dev.muster.server.device.DeviceFilter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Which devices a batch is for.
public sealed interface Selector {
  /// Devices by id or handle.
  record Named(List<String> devices) implements Selector {
    public static final int MOST = 1_000;

    public Named {
      devices = List.copyOf(devices);
    }

    @Override
    public Json.Obj described() {
      return Json.obj(Map.of("device_ids", Json.texts(devices)));
    }
  }

  /// Every device of any of these groups, by name or id.
  record InGroups(List<String> groups) implements Selector {
    public static final int MOST = 100;

    public InGroups {
      groups = List.copyOf(groups);
    }

    @Override
    public Json.Obj described() {
      return Json.obj(Map.of("groups", Json.texts(groups)));
    }
  }

  /// Every device that the filter finds.
  record Found(DeviceFilter filter) implements Selector {
    @Override
    public Json.Obj described() {
      Map<String, Json> fields = new TreeMap<>();
      put(fields, "search", filter.search());
      put(fields, "group", filter.group());
      put(fields, "lifecycle", filter.lifecycle() == null ? null : filter.lifecycle().name());
      fields.put("facets", Json.texts(List.copyOf(filter.facets())));
      return Json.obj(Map.of("filter", Json.obj(fields)));
    }

    private static void put(
        Map<String, Json> fields, String name, @org.jspecify.annotations.Nullable String text) {
      if (text != null) {
        fields.put(name, Json.of(text));
      }
    }
  }

  /// The same for the same devices as people named them.
  Json.Obj described();
}
