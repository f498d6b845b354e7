package dev.muster.protocol;

import dev.muster.protocol.Setting.Satisfied;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Wi-Fi networks that a device is to know: `[{"ssid": "office", "security": "wpa2", "password":
/// "…", "hidden": false}]`, at most `maxItems` of them.
public record WifiNetworks(int maxItems) implements SettingType {
  private static final String SSID = "ssid";
  private static final String SECURITY = "security";
  private static final String PASSWORD = "password";
  private static final String HIDDEN = "hidden";
  private static final String OPEN = "open";

  /// IEEE 802.11: an SSID has 0 to 32 octets.
  private static final int LONGEST_SSID = 32;

  /// IEEE 802.11, annex J: a passphrase has 8 to 63 printable ASCII characters; 64 hexadecimal
  /// digits are the key itself.
  private static final Pattern PASSPHRASE = Pattern.compile("[ -~]{8,63}|[0-9A-Fa-f]{64}");

  private static final SettingType KNOWN_SECURITY = OneOf.of(OPEN, "wpa2", "wpa2_wpa3", "wpa3");

  @Override
  public List<SettingProblem> problems(String at, Json value) {
    if (!(value instanceof Json.Arr networks)) {
      return SettingType.unless(
          false,
          at,
          "must be a list of networks such as"
              + " {\"ssid\": \"office\", \"security\": \"wpa2\", \"password\": \"…\"}");
    }
    if (networks.items().size() > maxItems) {
      return SettingType.unless(false, at, "must have at most " + maxItems + " networks");
    }
    List<SettingProblem> problems = new ArrayList<>();
    Set<Json> ssids = new HashSet<>();
    for (int i = 0; i < networks.items().size(); i++) {
      String here = at + "[" + i + "]";
      if (networks.items().get(i) instanceof Json.Obj network) {
        Fields fields = network(here, network);
        Json ssid = network.fields().get(SSID);
        if (ssid != null && !ssids.add(ssid)) {
          fields.add(SSID, "is in the list twice");
        }
        problems.addAll(fields.problems());
      } else {
        problems.add(new SettingProblem(here, "must be an object with ssid and security"));
      }
    }
    return problems;
  }

  private static Fields network(String at, Json.Obj network) {
    Fields fields =
        new Fields(at, network, Arrays.asList(SSID, SECURITY, PASSWORD, HIDDEN))
            .required(SECURITY, KNOWN_SECURITY)
            .optional(HIDDEN, new SettingType.Flag());
    Json ssid = network.fields().get(SSID);
    if (ssid == null) {
      fields.add(SSID, "is missing; the name of the network");
    } else if (!isSsid(ssid)) {
      fields.add(
          SSID, "must be text of 1 to " + LONGEST_SSID + " bytes without control characters");
    }
    boolean open = Json.of(OPEN).equals(network.fields().get(SECURITY));
    password(fields, network.fields().get(PASSWORD), open);
    return fields;
  }

  private static void password(Fields fields, @Nullable Json password, boolean open) {
    if (open && password != null) {
      fields.add(PASSWORD, "must be left out for an open network");
    } else if (!open && password == null) {
      fields.add(PASSWORD, "is missing; only an open network has none");
    } else if (password != null
        && !(password instanceof Json.Text text && PASSPHRASE.matcher(text.value()).matches())) {
      fields.add(PASSWORD, "must be 8 to 63 printable ASCII characters, or 64 hexadecimal digits");
    }
  }

  private static boolean isSsid(Json value) {
    return value instanceof Json.Text text
        && !text.value().isEmpty()
        && text.value().chars().noneMatch(Character::isISOControl)
        && Payloads.isStorable(text.value())
        && text.value().getBytes(StandardCharsets.UTF_8).length <= LONGEST_SSID;
  }

  @Override
  public boolean allows(Satisfied satisfied) {
    return satisfied == Satisfied.EXACT;
  }

  /// Ordered by SSID, with `hidden` written out.
  @Override
  public Json normal(Json value) {
    if (!(value instanceof Json.Arr networks)) {
      return value;
    }
    List<Json> normal = new ArrayList<>();
    for (Json item : networks.items()) {
      if (item instanceof Json.Obj network) {
        Map<String, Json> fields = new TreeMap<>(network.fields());
        fields.putIfAbsent(HIDDEN, Json.of(false));
        normal.add(new Json.Obj(fields));
      } else {
        normal.add(item);
      }
    }
    normal.sort(Comparator.comparing(WifiNetworks::order).thenComparing(Json::canonical));
    return new Json.Arr(normal);
  }

  private static String order(Json item) {
    return item instanceof Json.Obj network && network.fields().get(SSID) instanceof Json.Text ssid
        ? ssid.value()
        : "";
  }

  @Override
  public String words() {
    return "list of at most " + maxItems + " objects {ssid, security, password, hidden}";
  }
}
