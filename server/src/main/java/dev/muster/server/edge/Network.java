package dev.muster.server.edge;

import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A range of addresses: one address, or a prefix as CIDR writes it. Never looks a name up.
record Network(InetAddress first, int prefix) {
  /// Java reads `1.2.3` as well, as `1.2.0.3`.
  private static final Pattern WHOLE =
      Pattern.compile("[0-9]{1,3}(?:\\.[0-9]{1,3}){3}|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*");

  /// Reads `10.0.0.0/8`, `192.0.2.7`, `2001:db8::/32`.
  static Optional<Network> parse(String text) {
    int slash = text.indexOf('/');
    return address(slash < 0 ? text : text.substring(0, slash))
        .flatMap(address -> {
          int bits = address.getAddress().length * 8;
          String length = slash < 0 ? Integer.toString(bits) : text.substring(slash + 1);
          return length.matches("[0-9]{1,3}") && Integer.parseInt(length) <= bits
              ? Optional.of(new Network(address, Integer.parseInt(length)))
              : Optional.empty();
        });
  }

  /// Reads an address in digits, all four numbers or the colons of IPv6, which may stand in
  /// brackets.
  static Optional<InetAddress> address(String text) {
    String digits =
        text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
    try {
      return WHOLE.matcher(digits).matches()
          ? Optional.of(InetAddress.ofLiteral(digits))
          : Optional.empty();
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  boolean contains(InetAddress address) {
    byte[] ours = first.getAddress();
    byte[] theirs = address.getAddress();
    if (ours.length != theirs.length) {
      return false;
    }
    for (int bit = 0; bit < prefix; bit++) {
      int mask = 0x80 >> (bit % 8);
      if (((ours[bit / 8] ^ theirs[bit / 8]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }

  /// What is wrong with `text` as an entry of `muster.trusted-proxies`, as the end of a sentence;
  /// null when nothing is.
  static @Nullable String problem(String text) {
    return parse(text).isPresent()
        ? null
        : "must be addresses or ranges such as 10.0.0.7 or 10.0.0.0/8, and has \"" + text + "\"";
  }
}
