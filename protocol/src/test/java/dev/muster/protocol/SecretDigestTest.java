package dev.muster.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;
import org.junit.jupiter.api.Test;

@Domain(Jsons.class)
@Domain(DomainContext.Global.class)
class SecretDigestTest {
  private static final Setting WIFI = Catalogue.find("wifiNetworks").orElseThrow();
  private static final byte[] KEY = new byte[32];

  static {
    for (int i = 0; i < KEY.length; i++) {
      KEY[i] = (byte) i;
    }
  }

  private static Json network(String ssid, String password) {
    return Json.obj(
        Map.of("ssid", Json.of(ssid), "security", Json.of("wpa2"), "password", Json.of(password)));
  }

  private static Json list(Json... networks) {
    return new Json.Arr(Arrays.asList(networks));
  }

  /// The form that is documented, computed by another program (Python's hmac).
  @Test
  void theDigestIsTheOneThatIsDocumented() {
    assertThat(SecretDigest.of(KEY, WIFI, list(network("office", "correct horse"))).canonical())
        .isEqualTo(
            "{\"digest\":\"29de7c4888b33a534b8f7b826061a5d1018efc405f776387502b7f655a006ec9\"}");
  }

  @Test
  void theOrderOfNetworksAndADefaultThatIsWrittenOutChangeNothing() {
    Json one = network("a", "12345678");
    Map<String, Json> written = new HashMap<>(((Json.Obj) network("b", "12345678")).fields());
    written.put("hidden", Json.of(false));
    assertThat(SecretDigest.of(KEY, WIFI, list(one, network("b", "12345678"))))
        .isEqualTo(SecretDigest.of(KEY, WIFI, list(new Json.Obj(written), one)));
  }

  @Property
  void differentValuesKeysAndOrganizationsHaveDifferentDigests(
      @ForAll @Size(32) byte[] key, @ForAll Json one, @ForAll Json other) {
    boolean same = WIFI.type().normal(one).equals(WIFI.type().normal(other));
    assertThat(SecretDigest.of(KEY, WIFI, one).equals(SecretDigest.of(KEY, WIFI, other)))
        .isEqualTo(same);
    assertThat(SecretDigest.of(key, WIFI, one).equals(SecretDigest.of(KEY, WIFI, one)))
        .isEqualTo(Arrays.equals(key, KEY));
    assertThat(SecretDigest.isDigest(SecretDigest.of(key, WIFI, one))).isTrue();
  }

  @Test
  void onlyADigestIsTakenForOne() {
    String hex = "0123456789abcdef".repeat(4);
    assertThat(SecretDigest.isDigest(Json.obj(Map.of("digest", Json.of(hex))))).isTrue();
    for (Json other :
        List.of(
            Json.of(hex),
            Json.NULL,
            Json.obj(Map.of("digest", Json.of("hunter2hunter2"))),
            Json.obj(Map.of("digest", Json.of(hex.toUpperCase(java.util.Locale.ROOT)))),
            Json.obj(Map.of("digest", Json.of(hex), "password", Json.of("hunter2"))))) {
      assertThat(SecretDigest.isDigest(other)).as(other.canonical()).isFalse();
    }
  }

  @Test
  void whatIsNotSecretStaysAndASecretWithoutAKeyIsMasked() {
    Json.Obj settings =
        Json.obj(
            Map.of(
                "wifiNetworks", list(network("a", "12345678")), "cameraDisabled", Json.of(true)));
    assertThat(SecretDigest.digested(settings, Map.of("wifiNetworks", KEY)).fields())
        .containsEntry("cameraDisabled", Json.of(true))
        .containsEntry("wifiNetworks", SecretDigest.of(KEY, WIFI, list(network("a", "12345678"))));
    assertThat(SecretDigest.digested(settings, Map.of()).canonical())
        .isEqualTo("{\"cameraDisabled\":true,\"wifiNetworks\":\"********\"}");
  }

  @Test
  void theSharedRuleComparesDigests() {
    Json desired = SecretDigest.of(KEY, WIFI, list(network("a", "12345678")));
    Json.Obj policy = Json.obj(Map.of("wifiNetworks", desired));
    Json other = SecretDigest.of(KEY, WIFI, list(network("a", "12345679")));
    assertThat(Verdicts.drift(policy, Map.of("wifiNetworks", new Observed.Value(desired))))
        .isEmpty();
    for (Json actual : List.of(other, list(network("a", "12345678")), Json.of(Payloads.MASK))) {
      assertThat(Verdicts.drift(policy, Map.of("wifiNetworks", new Observed.Value(actual))))
          .hasSize(1);
    }
  }

  @Test
  void aTextIsScrubbedOfEverySecretInItTheLongestFirst() {
    Json networks = list(network("corp", "corp-secret"), network("ab", "12345678"));
    assertThat(SecretDigest.scrubbed("joining corp by corp-secret or 12345678 at ab", networks))
        .isEqualTo("joining ******** by ******** or ******** at ab");
  }
}
