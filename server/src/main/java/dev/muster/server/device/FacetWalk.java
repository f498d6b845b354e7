package dev.muster.server.device;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A way along one index of `device.facet`, as the text of a statement: which of the devices of a
/// facet it meets, in which order.
///
/// @param beginning of what the walk is ordered by; null for all
/// @param unlessByName passes over devices whose name begins so, which another walk has
/// @param named passes over devices of which neither name nor handle begins so; null for none
/// @param among only these; null for all
record FacetWalk(
    DeviceOrder order,
    @Nullable String beginning,
    boolean unlessByName,
    @Nullable String named,
    @Nullable Set<UUID> among) {
  private static final String LAST_CHARACTER = Character.toString(Character.MAX_CODE_POINT);

  static FacetWalk by(DeviceOrder order) {
    return new FacetWalk(order, null, false, null, null);
  }

  static FacetWalk byName(String beginning) {
    DeviceOrder order = new DeviceOrder(DeviceOrder.By.NAME, false);
    return new FacetWalk(order, beginning, false, null, null);
  }

  /// Those whose handle begins so and whose name does not.
  static FacetWalk byHandleOnly(String beginning) {
    DeviceOrder order = new DeviceOrder(DeviceOrder.By.DEVICE_ID, false);
    return new FacetWalk(order, beginning, true, null, null);
  }

  /// Those whose name or handle begins so, by id.
  static FacetWalk ofNamed(String beginning) {
    return new FacetWalk(DeviceOrder.REGISTRATION, null, false, beginning, null);
  }

  static FacetWalk among(Set<UUID> devices, DeviceOrder order) {
    return new FacetWalk(order, null, false, null, devices);
  }

  /// The statement for what it meets after `after`, without a limit.
  String window(DeviceSearch.@Nullable Hit after, boolean backward) {
    String column = order.by().column();
    String direction = direction(backward);
    String beyond = direction.equals("desc") ? "<" : ">";
    String place =
        after == null
            ? ""
            : isById()
                ? " and f.device_id " + beyond + " :id"
                : " and (f." + column + ", f.device_id) " + beyond + " (:key, :id)";
    return "select f.organization_id, f.device_id, f.name_key, f.handle_key, "
        + (isById() ? "''" : "f." + column)
        + " as key "
        + source()
        + place
        + " order by "
        + (isById() ? "" : "f." + column + " " + direction + ", ")
        + "f.device_id "
        + direction;
  }

  /// The order of what a window `w` has.
  String ordering(boolean backward) {
    return (isById() ? "" : "w.key " + direction(backward) + ", ")
        + "w.device_id "
        + direction(backward);
  }

  private boolean isById() {
    return order.by() == DeviceOrder.By.CREATED_AT;
  }

  private String direction(boolean backward) {
    return order.descending() == backward ? "asc" : "desc";
  }

  String source() {
    String column = order.by().column();
    return """
    from device.facet f
    where f.organization_id = :organization and f.facet = :facet and f.retired = :retired\
    """
        + (beginning == null
            ? ""
            : " and f." + column + " >= :beginning and f." + column + " < :beyond")
        + (among == null ? "" : " and f.device_id = any(:among)");
  }

  boolean passesOver() {
    return unlessByName || named != null;
  }

  /// What a device of the window `w` has to be, beside the facets.
  String condition() {
    return (unlessByName ? " and not starts_with(w.name_key, :beginning)" : "")
        + (named == null
            ? ""
            : " and (starts_with(w.name_key, :named) or starts_with(w.handle_key, :named))");
  }

  Map<String, Object> arguments() {
    Map<String, Object> arguments = new TreeMap<>();
    if (beginning != null) {
      arguments.put("beginning", beginning);
      arguments.put("beyond", beginning + LAST_CHARACTER);
    }
    if (named != null) {
      arguments.put("named", named);
    }
    if (among != null) {
      arguments.put("among", among.toArray(UUID[]::new));
    }
    return arguments;
  }
}
