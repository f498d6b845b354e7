package dev.muster.server.notification;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Which addresses a channel may have. A server that calls whatever it is told to could be made to
/// call what only it can reach: its own machine, its network, the metadata of its cloud. So these
/// are refused unless a setting allows them, when the channel is made and again before each
/// message, because a name may mean another address by then. (The lookup before a message is the
/// one that is used for it: Java remembers lookups for longer than that takes.)
///
/// No sentence repeats the address, which is a secret.
record Addresses(boolean allowPrivate) {
  private static final int MOST_MAIL = 10;
  private static final int LONGEST = 2_000;
  private static final Pattern MAIL =
      Pattern.compile("[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*");

  /// What is wrong with the address of a channel that is to be saved, as the end of a sentence;
  /// null when nothing is.
  @Nullable String problem(Channel.Kind kind, String address) {
    if (address.length() > LONGEST) {
      return "must have " + LONGEST + " characters at the most";
    }
    return switch (kind) {
      case DISCORD, SLACK, WEBHOOK -> problemOfUrl(address);
      case EMAIL -> {
        List<String> receivers = receivers(address);
        yield receivers.size() <= MOST_MAIL
                && receivers.stream().allMatch(one -> MAIL.matcher(one).matches())
            ? null
            : "must be an e-mail address, or up to " + MOST_MAIL + " with commas between";
      }
    };
  }

  static List<String> receivers(String address) {
    return Arrays.stream(address.split(",", -1)).map(String::strip).toList();
  }

  private @Nullable String problemOfUrl(String address) {
    URI uri;
    try {
      uri = new URI(address);
    } catch (URISyntaxException _) {
      return "must be a URL that begins with https://";
    }
    String host = uri.getHost();
    if (host == null || uri.getPort() > 65_535 || uri.getPort() == 0) {
      return "must be a URL that begins with https://";
    }
    if (uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
      return "must have neither a user nor a fragment (#)";
    }
    try {
      return forbidden(uri);
    } catch (UnknownHostException _) {
      // it may be known later; it is looked at again before each message
      return isPlain(uri) ? plain() : null;
    }
  }

  /// Why this server does not call there; null when it does.
  @Nullable String forbidden(URI uri) throws UnknownHostException {
    if (!isPlain(uri) && !"https".equalsIgnoreCase(uri.getScheme())) {
      return plain();
    }
    boolean isPrivate = false;
    boolean isPublic = false;
    for (InetAddress address : InetAddress.getAllByName(uri.getHost())) {
      isPrivate |= isPrivate(address);
      isPublic |= !isPrivate(address);
    }
    if (isPlain(uri) && (isPublic || !allowPrivate)) {
      return plain();
    }
    return isPrivate && !allowPrivate
        ? "must not be of the server's own machine or of a private network"
            + " (muster.notification.allow-private)"
        : null;
  }

  private String plain() {
    return allowPrivate
        ? "must begin with https://; http:// is for private addresses"
        : "must begin with https://";
  }

  private static boolean isPlain(URI uri) {
    return "http".equalsIgnoreCase(uri.getScheme());
  }

  /// What people may see of the address. What follows the host lets in whoever knows it.
  static String shown(Channel.Kind kind, String address) {
    if (kind == Channel.Kind.EMAIL) {
      return String.join(", ", receivers(address));
    }
    URI uri = URI.create(address);
    return uri.getScheme().toLowerCase(Locale.ROOT)
        + "://"
        + uri.getHost()
        + (uri.getPort() < 0 ? "" : ":" + uri.getPort())
        + "/…";
  }

  /// Whether it is anything but an address of the open internet (RFC 6890).
  static boolean isPrivate(InetAddress address) {
    byte[] b = address.getAddress();
    int first = b[0] & 0xff;
    int second = b[1] & 0xff;
    if (address.isAnyLocalAddress()
        || address.isLoopbackAddress()
        || address.isLinkLocalAddress()
        || address.isSiteLocalAddress()
        || address.isMulticastAddress()) {
      return true;
    }
    if (b.length == 4) {
      return first == 0
          || first >= 240
          || (first == 100 && second >= 64 && second < 128)
          || (first == 192 && second == 0 && b[2] == 0)
          || (first == 198 && (second == 18 || second == 19));
    }
    // unique local; and what is translated to IPv4, which may be any of the above
    return (first & 0xfe) == 0xfc
        || (first == 0 && second == 0x64)
        || (first == 0x20 && second == 2);
  }
}
