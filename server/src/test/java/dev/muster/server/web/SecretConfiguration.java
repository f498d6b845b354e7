package dev.muster.server.web;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.sessions.JqwikSession;

/// A generated configuration with a secret in every place that takes one.
///
/// @param versions of one policy, published one after the other
/// @param changed set in that policy afterwards
/// @param group in a policy that comes by a group
/// @param override of the device: what it is told in the end
/// @param password of a person
/// @param wrongPassword one that the person tries in vain
record SecretConfiguration(
    List<Wifi> versions,
    Wifi changed,
    Wifi group,
    Wifi defaults,
    Wifi override,
    String password,
    String wrongPassword) {

  /// A value of `wifiNetworks`.
  record Wifi(List<Map<String, Object>> networks) {
    /// SSIDs count: the whole setting is secret.
    List<String> secrets() {
      List<String> secrets = new ArrayList<>();
      for (Map<String, Object> network : networks) {
        secrets.add(String.valueOf(network.get("ssid")));
        if (network.containsKey("password")) {
          secrets.add(String.valueOf(network.get("password")));
        }
      }
      return secrets;
    }
  }

  static List<SecretConfiguration> generate(Random random, int count) {
    List<SecretConfiguration> made = new ArrayList<>();
    JqwikSession.run(() -> {
      var generator = configurations().generator(1000, false);
      for (int i = 0; i < count; i++) {
        made.add(generator.next(random).value());
      }
    });
    return made;
  }

  private static Arbitrary<SecretConfiguration> configurations() {
    return Combinators.combine(
            wifi().list().ofMinSize(1).ofMaxSize(3),
            wifi(),
            wifi(),
            wifi(),
            wifi(),
            secret(12, 40),
            secret(12, 40))
        .as(SecretConfiguration::new);
  }

  private static Arbitrary<Wifi> wifi() {
    return network()
        .list()
        .ofMinSize(1)
        .ofMaxSize(3)
        .uniqueElements(network -> network.get("ssid"))
        .map(Wifi::new);
  }

  private static Arbitrary<Map<String, Object>> network() {
    return Combinators.combine(
            secret(10, 24),
            Arbitraries.of("open", "wpa2", "wpa2_wpa3", "wpa3"),
            secret(8, 63),
            Arbitraries.of(true, false))
        .as((ssid, security, password, hidden) -> {
          Map<String, Object> network = new HashMap<>(Map.of("ssid", ssid, "security", security));
          if (!security.equals("open")) {
            network.put("password", password);
          }
          if (hidden) {
            network.put("hidden", true);
          }
          return network;
        });
  }

  /// Text that is nowhere by chance, with characters that encodings change.
  private static Arbitrary<String> secret(int shortest, int longest) {
    Arbitrary<String> unlikely = Arbitraries.strings().alpha().numeric().ofLength(shortest);
    Arbitrary<String> awkward =
        Arbitraries.of("\"", "\\", "/", "<", "&", "%", "'", "{", " x", "+", "=", "$$", "?", "a")
            .list()
            .ofMaxSize((longest - shortest) / 2)
            .map(parts -> String.join("", parts));
    return Combinators.combine(unlikely, awkward).as((one, other) -> one + other);
  }

  /// A word that is nowhere by chance.
  static String word(Random random, int length) {
    StringBuilder word = new StringBuilder("s");
    while (word.length() < length) {
      word.append((char) ('a' + random.nextInt(26)));
    }
    return word.toString();
  }

  /// By what they are.
  Map<String, String> secrets() {
    Map<String, String> secrets = new LinkedHashMap<>();
    List<Wifi> all = new ArrayList<>(versions);
    all.addAll(List.of(changed, group, defaults, override));
    for (int i = 0; i < all.size(); i++) {
      for (String secret : all.get(i).secrets()) {
        secrets.put("a text of Wi-Fi setting " + i + " (" + secrets.size() + ")", secret);
      }
    }
    secrets.put("a password", password);
    secrets.put("a wrong password", wrongPassword);
    return secrets;
  }
}
