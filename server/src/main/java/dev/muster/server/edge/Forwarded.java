package dev.muster.server.edge;

import io.vertx.core.MultiMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What proxies say about the hops before them, oldest hop first, in one of the two spellings that
/// are in use. Everything here may have been written by the client itself: see [Proxies].
///
/// @param hops one for each address that a proxy has seen
record Forwarded(List<Hop> hops) {
  /// A client of a proxy: its address as written, and what it asked for; null where nothing is
  /// said.
  record Hop(String address, @Nullable String scheme, @Nullable String authority) {}

  private static final Pattern PAIR =
      Pattern.compile("\\s*([A-Za-z]+)=(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^\\s;,\"]*))\\s*(;|,|$)");

  /// The spelling `X-Forwarded-For`, `-Proto`, `-Host`. Scheme and host belong to a hop when they
  /// are said once, by a proxy that overwrites them, or as often as there are hops; any other
  /// number leaves it open which of them the client made up.
  static Optional<Forwarded> conventional(MultiMap headers) {
    List<String> addresses = items(headers, "X-Forwarded-For");
    if (addresses.isEmpty()) {
      return Optional.empty();
    }
    List<String> schemes = items(headers, "X-Forwarded-Proto");
    List<String> hosts = items(headers, "X-Forwarded-Host");
    List<Hop> hops = new ArrayList<>();
    for (int i = 0; i < addresses.size(); i++) {
      hops.add(
          new Hop(
              addresses.get(i), of(schemes, i, addresses.size()), of(hosts, i, addresses.size())));
    }
    return Optional.of(new Forwarded(hops));
  }

  private static @Nullable String of(List<String> items, int hop, int hops) {
    if (items.size() == 1) {
      return items.getFirst();
    }
    return items.size() == hops ? items.get(hop) : null;
  }

  private static List<String> items(MultiMap headers, String name) {
    return headers.getAll(name).stream()
        .flatMap(value -> Stream.of(value.split(",", -1)))
        .map(String::strip)
        .toList();
  }

  /// The spelling of RFC 7239. An element that cannot be read stands as a hop without an address,
  /// so that nothing left of it is believed.
  static Optional<Forwarded> standard(MultiMap headers) {
    List<String> values = headers.getAll("Forwarded");
    if (values.isEmpty()) {
      return Optional.empty();
    }
    List<Hop> hops = new ArrayList<>();
    String text = String.join(",", values);
    Matcher pairs = PAIR.matcher(text);
    Hop hop = new Hop("", null, null);
    int at = 0;
    while (at < text.length()) {
      if (!pairs.find(at) || pairs.start() != at) {
        return Optional.of(new Forwarded(List.of(new Hop("", null, null))));
      }
      String value = pairs.group(3) != null ? pairs.group(3) : pairs.group(2).replace("\\", "");
      hop =
          switch (pairs.group(1).toLowerCase(Locale.ROOT)) {
            case "for" -> new Hop(value, hop.scheme(), hop.authority());
            case "proto" -> new Hop(hop.address(), value, hop.authority());
            case "host" -> new Hop(hop.address(), hop.scheme(), value);
            default -> hop;
          };
      if (!pairs.group(4).equals(";")) {
        hops.add(hop);
        hop = new Hop("", null, null);
      }
      at = pairs.end();
    }
    return Optional.of(new Forwarded(hops));
  }
}
