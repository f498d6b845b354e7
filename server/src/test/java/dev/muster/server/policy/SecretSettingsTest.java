package dev.muster.server.policy;

import static dev.muster.server.policy.PolicyTenant.camera;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.protocol.Catalogue;
import dev.muster.protocol.ComplianceState;
import dev.muster.protocol.Json;
import dev.muster.protocol.Observed;
import dev.muster.protocol.Payloads;
import dev.muster.protocol.SecretDigest;
import dev.muster.server.platform.Refusal;
import dev.muster.server.testing.Race;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A secret setting from the person who writes it to the device that is told it, and back.
@SuppressWarnings("NullAway.Init") // set before the tests
class SecretSettingsTest {
  private static final String WIFI = "wifiNetworks";
  private static final Json MASK = Json.of(Payloads.MASK);

  static PolicyWorld world;
  PolicyTenant tenant;

  @BeforeAll
  static void open() {
    world = PolicyWorld.open();
  }

  @AfterAll
  static void close() {
    world.close();
  }

  @BeforeEach
  void makeOrganization() {
    tenant = world.tenant();
  }

  private static Json network(String ssid, String password) {
    return Json.obj(
        Map.of("ssid", Json.of(ssid), "security", Json.of("wpa2"), "password", Json.of(password)));
  }

  private static Map<String, Json> wifi(String password) {
    return Map.of(WIFI, new Json.Arr(List.of(network("office", password))));
  }

  private DesiredPolicy pullOwn(String device) {
    return world.pulls().pull(tenant.self(device), device, null).policy();
  }

  /// What an agent reports that has done as it was told.
  private Map<String, Json> obedient(DesiredPolicy pulled) {
    Map<String, byte[]> keys = new HashMap<>();
    pulled.digestKeys().forEach((key, text) -> keys.put(key, Base64.getUrlDecoder().decode(text)));
    return SecretDigest.digested(pulled.settings(), keys).fields();
  }

  @Test
  void aDeviceIsToldTheSecretAndEverybodyElseTheMask() {
    String device = tenant.device();
    tenant.assign(device, tenant.published(100, wifi("hunter2hunter2")));

    assertThat(pullOwn(device).settings().fields()).containsAllEntriesOf(wifi("hunter2hunter2"));
    assertThat(pullOwn(device).digestKeys()).containsOnlyKeys(WIFI);
    assertThat(tenant.settings(device)).containsEntry(WIFI, MASK);
    assertThat(tenant.pull(device).digestKeys()).isEmpty();
    assertThat(pullOwn(device).toString()).doesNotContain("hunter2");
  }

  @Test
  void aDeviceThatReportsTheDigestIsCompliantUntilItsNetworksDiffer() {
    String device = tenant.device();
    tenant.assign(device, tenant.published(100, wifi("hunter2hunter2")));
    DesiredPolicy pulled = pullOwn(device);

    tenant.report(device, pulled.version(), obedient(pulled));
    assertThat(tenant.status(device).state()).isEqualTo(ComplianceState.COMPLIANT);

    Map<String, Json> forgotten = new TreeMap<>(pulled.settings().fields());
    forgotten.put(WIFI, new Json.Arr(List.of()));
    DesiredPolicy without =
        new DesiredPolicy(pulled.version(), new Json.Obj(forgotten), pulled.digestKeys());
    tenant.report(device, pulled.version(), obedient(without));
    assertThat(tenant.status(device).state()).isEqualTo(ComplianceState.NON_COMPLIANT);
    assertThat(tenant.status(device).drift().canonical())
        .isEqualTo(
            "[{\"actual\":\"********\",\"desired\":\"********\",\"setting\":\"wifiNetworks\"}]");
  }

  /// An agent that does not know of digests says what it has; that is judged, and not kept.
  @Test
  void aSecretThatIsReportedInClearIsJudgedAndNotStored() {
    String device = tenant.device();
    tenant.assign(device, tenant.published(100, wifi("hunter2hunter2")));
    DesiredPolicy pulled = pullOwn(device);

    tenant.report(device, pulled.version(), pulled.settings().fields());

    assertThat(tenant.status(device).state()).isEqualTo(ComplianceState.COMPLIANT);
    assertThat(dump("compliance.observation")).contains("digest").doesNotContain("hunter2");
  }

  @Test
  void whatADeviceSaysOfAFailureIsShownWithoutTheSecret() {
    String device = tenant.device();
    tenant.assign(device, tenant.published(100, wifi("hunter2hunter2")));
    Map<String, Json> failed = new TreeMap<>(camera(true));
    failed.put(WIFI, new Observed.Failed("psk \"hunter2hunter2\" was refused").toWire());

    tenant.report(device, pullOwn(device).version(), failed);

    assertThat(tenant.status(device).drift().canonical())
        .contains("psk \\\"********\\\" was refused")
        .doesNotContain("hunter2");
    assertThat(dump("compliance.observation")).doesNotContain("hunter2");
  }

  @Test
  void theDatabaseHoldsNoSecretInClear() {
    String device = tenant.device();
    String policy = tenant.published(100, wifi("hunter2hunter2"));
    tenant.assign(device, policy);
    tenant.override(device, wifi("correct-horse"));
    tenant.obey(device);
    tenant.status(device);

    for (String table :
        List.of(
            "policy.version",
            "policy.desired",
            "policy.desired_change",
            "compliance.observation",
            "compliance.verdict")) {
      assertThat(dump(table)).as(table).doesNotContain("hunter2").doesNotContain("correct-horse");
    }
    assertThat(pullOwn(device).settings().fields()).containsAllEntriesOf(wifi("correct-horse"));
  }

  @Test
  void equalSecretsHaveOneChecksumInAnOrganizationAndAnotherElsewhere() {
    String one = tenant.published(100, wifi("hunter2hunter2"));
    PolicyTenant stranger = world.tenant();
    String other = stranger.policy(100);

    String checksum = tenant.publish(one, wifi("hunter2hunter2")).checksum();
    assertThat(checksum).isEqualTo(tenant.publish(one, wifi("hunter2hunter2")).checksum());
    assertThat(checksum).isNotEqualTo(tenant.publish(one, wifi("hunter3hunter3")).checksum());
    assertThat(checksum).isNotEqualTo(stranger.publish(other, wifi("hunter2hunter2")).checksum());
  }

  @Test
  void theMaskKeepsTheValueOfTheCurrentVersion() {
    String device = tenant.device();
    String policy = tenant.published(100, wifi("hunter2hunter2"));
    tenant.assign(device, policy);

    tenant.publish(policy, Map.of(WIFI, MASK, "bluetoothDisabled", Json.of(true)));
    assertThat(pullOwn(device).settings().fields())
        .containsAllEntriesOf(wifi("hunter2hunter2"))
        .containsEntry("bluetoothDisabled", Json.of(true));

    world.policies().change(tenant.admin(), policy, Map.of(WIFI, MASK), List.of(), "");
    world.policies().change(tenant.admin(), policy, camera(false), List.of(), "");
    assertThat(pullOwn(device).settings().fields()).containsAllEntriesOf(wifi("hunter2hunter2"));

    tenant.publish(policy, camera(false));
    assertThat(pullOwn(device).settings().fields()).doesNotContainKey(WIFI);
  }

  /// Whoever comes first: a mask stands for what is current when its own version is made.
  @Test
  void ofManyWhoSendTheMaskNobodyBringsAnOldSecretBack() {
    String device = tenant.device();
    String policy = tenant.published(100, wifi("hunter2hunter2"));
    tenant.assign(device, policy);

    Race.times(
        16,
        i -> {
          Map<String, Json> set = i == 7 ? wifi("correct-horse") : Map.of(WIFI, MASK);
          return i % 2 == 0
              ? tenant.publish(policy, set)
              : world.policies().change(tenant.admin(), policy, set, List.of(), "");
        });

    assertThat(pullOwn(device).settings().fields()).containsAllEntriesOf(wifi("correct-horse"));
  }

  @Test
  void theMaskOfAnOverrideKeepsTheValueOfTheOverride() {
    String device = tenant.device();
    tenant.override(device, wifi("hunter2hunter2"));

    tenant.override(device, Map.of(WIFI, MASK));
    world.desired().override(tenant.admin(), device, true, null);

    assertThat(pullOwn(device).settings().fields()).containsAllEntriesOf(wifi("hunter2hunter2"));
  }

  @Test
  void aMaskThatStandsForNothingIsRefusedInTheWordsOfTheCaller() {
    String policy = tenant.policy(100);
    String device = tenant.device();

    assertRefused(() -> tenant.publish(policy, Map.of(WIFI, MASK)), "payload.wifiNetworks");
    assertRefused(
        () -> world.policies().change(tenant.admin(), policy, Map.of(WIFI, MASK), List.of(), ""),
        "set.wifiNetworks");
    assertRefused(() -> tenant.override(device, Map.of(WIFI, MASK)), "settings.wifiNetworks");
  }

  @Test
  void aChangeNamesWhatIsWrongAsItsCallerWroteIt() {
    String policy = tenant.published(100, Map.of("appsRequired", Json.texts(List.of("org.one"))));

    assertRefused(
        () ->
            world
                .policies()
                .change(
                    tenant.admin(),
                    policy,
                    Map.of("passwordMinLength", Json.of(-1), WIFI, Json.of(1)),
                    List.of(),
                    ""),
        "set.passwordMinLength",
        "set.wifiNetworks");
    assertRefused(
        () ->
            world
                .policies()
                .change(
                    tenant.admin(),
                    policy,
                    Map.of("appsBlocked", Json.texts(List.of("org.one"))),
                    List.of(),
                    ""),
        "payload.appsRequired[0]");
  }

  private static void assertRefused(Runnable call, String... fields) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal ->
                assertThat(refusal.fields())
                    .extracting(Refusal.FieldError::field)
                    .containsExactly(fields));
  }

  /// A policy of type CUSTOM may have had the key before the catalogue did.
  @Test
  void aValueFromBeforeTheCatalogueKnewTheKeyIsStillHandedOutAndMasked() {
    String device = tenant.device();
    String policy = tenant.published(100, camera(true));
    tenant.assign(device, policy);
    world.sql(handle ->
        handle.execute(
            """
            with own as (
              insert into policy.version
                (organization_id, id, policy_id, number, payload, checksum, created_at)
              select organization_id, gen_random_uuid(), policy_id, 2, '{"wifiNetworks": "an own form"}', 'x', now()
              from policy.version where policy_id = cast(? as uuid)
              returning id, policy_id
            )
            update policy.policy p set current_version_id = own.id from own where p.id = own.policy_id
            """,
            policy));

    assertThat(pullOwn(device).settings().fields()).containsEntry(WIFI, Json.of("an own form"));
    assertThat(tenant.settings(device)).containsEntry(WIFI, MASK);
    DesiredPolicy pulled = pullOwn(device);
    tenant.report(device, pulled.version(), obedient(pulled));
    assertThat(tenant.status(device).state()).isEqualTo(ComplianceState.COMPLIANT);
  }

  @Test
  void everySecretOfTheCatalogueIsSealed() {
    SettingSecrets secrets = new SettingSecrets(PolicyWorld.MASTER_KEY);
    assertThat(Catalogue.all()).filteredOn(s -> s.secret()).isNotEmpty();
    Json.Obj stored =
        secrets.accepted(
            tenant.organization(),
            SettingSecrets.Draft.of(
                "payload", new Json.Obj(wifi("hunter2hunter2")), new Json.Obj(Map.of())));
    assertThat(stored.canonical()).contains("sealed").doesNotContain("hunter2");
    DesiredPolicy opened =
        secrets.opened(tenant.organization(), new DesiredPolicy(1, stored, Map.of()));
    assertThat(opened.settings().fields()).isEqualTo(wifi("hunter2hunter2"));
    assertThatThrownBy(() ->
            secrets.opened(world.tenant().organization(), new DesiredPolicy(1, stored, Map.of())))
        .isInstanceOf(IllegalStateException.class);
  }

  private String dump(String table) {
    return world.sql(handle ->
        String.join(
            "\n",
            handle
                .createQuery("select cast(t as text) from " + table + " t")
                .mapTo(String.class)
                .list()));
  }
}
