package dev.muster.server;

import dev.muster.server.attachment.Attachments;
import dev.muster.server.doorbell.Push;
import dev.muster.server.edge.Origin;
import dev.muster.server.edge.Proxies;
import dev.muster.server.identity.Passwords;
import dev.muster.server.limit.Limits;
import dev.muster.server.platform.Settings;
import dev.muster.server.tls.CertificateFiles;
import dev.muster.server.web.DeviceTurns;
import dev.muster.server.web.SlowConnections;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Reads the settings before anything is started, and finds all that is wrong with them at once.
final class SettingsCheck {
  private static final Pattern UNKNOWN =
      Pattern.compile("(muster\\S*) in .* does not map to any root");
  private static final Pattern NOT_CONVERTED =
      Pattern.compile(
          "The config property (\\S+) with the config value \"(.*)\" threw an Exception whilst"
              + " being converted(?: SRCFG\\d+)?(: .*)?");

  /// Variables of the agent and the command line, which may run in the same shell.
  private static final Set<String> OF_OTHER_PROGRAMS =
      Set.of("MUSTER_ENROLL_TOKEN", "MUSTER_PROFILE", "MUSTER_API_KEY", "MUSTER_CA_FILE");

  private SettingsCheck() {}

  /// A sentence for each mistake.
  static List<String> mistakes() {
    List<String> sentences = new ArrayList<>(unknownVariables(System.getenv().keySet()));
    try {
      sentences.addAll(mistakes(read()));
    } catch (ConfigValidationException invalid) {
      for (int i = 0; i < invalid.getProblemCount(); i++) {
        sentences.add(sentence(invalid.getProblem(i).getMessage()));
      }
    }
    return sentences;
  }

  private static String sentence(String message) {
    Matcher unknown = UNKNOWN.matcher(message);
    if (unknown.find()) {
      return unknown.group(1) + " is no setting of Muster; docs/configuration.md lists them";
    }
    Matcher value = NOT_CONVERTED.matcher(message);
    return value.find()
        ? value.group(1) + " cannot be \"" + value.group(2) + "\"" + value.group(3)
        : message.replaceAll("(java\\.\\S+: )?SRCFG\\d+: ", "");
  }

  /// A mistyped variable would be passed over in silence, as the environment belongs to everybody;
  /// but what begins with MUSTER_ is meant for us.
  static List<String> unknownVariables(Set<String> names) {
    Set<String> known =
        ConfigMappings.getProperties(ConfigMappings.ConfigClass.configClass(Settings.class))
            .keySet()
            .stream()
            .map(key -> key.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT))
            .collect(Collectors.toSet());
    return names.stream()
        .filter(name -> name.startsWith("MUSTER_"))
        .filter(name -> !known.contains(name) && !OF_OTHER_PROGRAMS.contains(name))
        .sorted()
        .map(name -> name + " is no setting of Muster; docs/configuration.md lists them")
        .toList();
  }

  static Settings read() {
    SmallRyeConfigBuilder builder =
        new SmallRyeConfigBuilder()
            .addDefaultInterceptors()
            .addDiscoveredConverters()
            .addDefaultSources();
    String file = System.getProperty("smallrye.config.locations");
    if (file != null) {
      builder.withSources(source(URI.create(file)));
    }
    SmallRyeConfig config = builder.withMapping(Settings.class).build();
    return config.getConfigMapping(Settings.class);
  }

  private static PropertiesConfigSource source(URI file) {
    try {
      return new PropertiesConfigSource(file.toURL(), 110);
    } catch (IOException failure) {
      throw new IllegalStateException(file + " cannot be read", failure);
    }
  }

  /// What is wrong with settings that are each well-formed.
  static List<String> mistakes(Settings settings) {
    List<String> sentences = new ArrayList<>();
    port(sentences, "muster.port", settings.port(), 1);
    port(sentences, "muster.grpc-port", settings.grpcPort(), 0);
    if (settings.port() == settings.grpcPort()) {
      sentences.add("muster.grpc-port must be another than muster.port");
    }
    atLeast(sentences, "muster.pool.size", settings.pool().size(), Settings.Pool.LEAST);
    disk(sentences, settings.disk());
    tracing(sentences, settings.tracing());
    notNegative(sentences, "muster.quota.devices", settings.quota().devices());
    notNegative(sentences, "muster.quota.tokens", settings.quota().tokens());
    if (settings.idempotency().keep().compareTo(Duration.ofMinutes(5)) < 0) {
      sentences.add(
          "muster.idempotency.keep must be at least 5m, and is " + settings.idempotency().keep());
    }
    atLeast(sentences, "muster.wake.rate", settings.wake().rate(), 1);
    atLeast(sentences, "muster.wake.chunk", settings.wake().chunk(), 1);
    if (!settings.adminEmail().matches("[^\\s@]+@[^\\s@]+")) {
      sentences.add("muster.admin-email must be an e-mail address");
    }
    sentences.addAll(Passwords.mistakes(settings));
    sentences.addAll(MasterKeySetting.mistakes(settings));
    sentences.addAll(ActionSettingsCheck.mistakes(settings.action()));
    sentences.addAll(NotificationSettingsCheck.mistakes(settings));
    sentences.addAll(TelemetrySettingsCheck.mistakes(settings.telemetry()));
    sentences.addAll(HistorySettingsCheck.mistakes(settings));
    session(sentences, settings.session());
    sentences.addAll(Limits.mistakes(settings.limit()));
    sentences.addAll(SlowConnections.mistakes(settings.http()));
    sentences.addAll(DeviceTurns.mistakes(settings.http()));
    sentences.addAll(Attachments.mistakes(settings.attachment()));
    if (settings.metrics().sizesEvery().compareTo(Duration.ofSeconds(10)) < 0) {
      sentences.add("muster.metrics.sizes-every must be at least 10s");
    }
    atLeast(sentences, "muster.alert.relaunches-a-day", settings.alert().relaunchesADay(), 0);
    between(
        sentences,
        "muster.alert.retention",
        settings.alert().retention(),
        Duration.ofHours(1),
        Duration.ofDays(36_500));
    sentences.addAll(Push.mistakes(settings.fcm()));
    String url = settings.databaseUrl().orElse(null);
    if (url != null && !url.startsWith("jdbc:postgresql:")) {
      sentences.add("muster.database-url must begin with jdbc:postgresql:");
    }
    if (settings.roles().isEmpty()) {
      sentences.add("muster.roles must name api, worker or both");
    }
    reachable(sentences, settings);
    String open = openElsewhere(settings);
    if (open != null) {
      sentences.add(open);
    }
    return sentences;
  }

  private static void reachable(List<String> sentences, Settings settings) {
    for (String origin : settings.cors().origins().orElse(List.of())) {
      add(sentences, "muster.cors.origins", Origin.problem(origin));
    }
    for (String proxy : settings.trustedProxies().orElse(List.of())) {
      add(sentences, "muster.trusted-proxies", Proxies.problem(proxy));
    }
    settings.publicUrl().ifPresent(url -> add(sentences, "muster.public-url", Origin.problem(url)));
    String tls = CertificateFiles.problem(settings.tls(), InstantSource.system().instant());
    if (tls != null) {
      sentences.add(tls);
    }
    if (settings.tls().reloadEvery().compareTo(Duration.ofSeconds(1)) < 0) {
      sentences.add("muster.tls.reload-every must be at least 1s");
    }
  }

  private static void add(List<String> sentences, String key, @Nullable String problem) {
    if (problem != null) {
      sentences.add(key + " " + problem);
    }
  }

  private static void port(List<String> sentences, String key, int port, int least) {
    if (port < least || port > 65_535) {
      sentences.add(key + " must be from " + least + " to 65535, and is " + port);
    }
  }

  private static void disk(List<String> sentences, Settings.Disk disk) {
    if (disk.warnBelow().asLongValue() < disk.fullBelow().asLongValue()) {
      sentences.add(
          "muster.disk.warn-below must not be less than muster.disk.full-below, or the warning"
              + " comes too late");
    }
  }

  private static void tracing(List<String> sentences, Settings.Tracing tracing) {
    String scheme = tracing.endpoint().map(URI::getScheme).orElse("http");
    if (scheme == null || !Set.of("http", "https").contains(scheme)) {
      sentences.add("muster.tracing.endpoint must begin with http:// or https://");
    }
    if (!(tracing.ratio() >= 0 && tracing.ratio() <= 1)) {
      sentences.add("muster.tracing.ratio must be from 0 to 1, and is " + tracing.ratio());
    }
  }

  private static void notNegative(List<String> sentences, String key, long value) {
    if (value < 0) {
      sentences.add(key + " must be 0 (without limit) or more, and is " + value);
    }
  }

  private static void atLeast(List<String> sentences, String key, int value, int least) {
    if (value < least) {
      sentences.add(key + " must be at least " + least + ", and is " + value);
    }
  }

  private static void session(List<String> sentences, Settings.Session session) {
    Duration access = session.accessLasts();
    between(
        sentences,
        "muster.session.access-lasts",
        access,
        Duration.ofSeconds(10),
        Duration.ofDays(1));
    between(
        sentences,
        "muster.session.refresh-lasts",
        session.refreshLasts(),
        access,
        Duration.ofDays(400));
    between(
        sentences,
        "muster.session.signing-key-lasts",
        session.signingKeyLasts(),
        Duration.ofHours(1),
        Duration.ofDays(4_000));
  }

  private static void between(
      List<String> sentences, String key, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      sentences.add(
          key
              + " must be from "
              + words(least)
              + " to "
              + words(most)
              + ", and is "
              + words(value));
    }
  }

  /// As settings are written.
  private static String words(Duration duration) {
    return duration.toString().substring(2).toLowerCase(Locale.ROOT);
  }

  private static @Nullable String openElsewhere(Settings settings) {
    if (!settings.open() || settings.openAnywhere()) {
      return null;
    }
    try {
      if (InetAddress.getByName(settings.host()).isLoopbackAddress()) {
        return null;
      }
    } catch (UnknownHostException _) {
      return "muster.host " + settings.host() + " is not known";
    }
    return "muster.open lets everybody who reaches "
        + settings.host()
        + " act as an admin. Listen on 127.0.0.1, or set muster.open.anywhere=true as well if that"
        + " is what you want";
  }
}
