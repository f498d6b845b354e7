package dev.muster.server.tls;

import dev.muster.server.platform.Health;
import dev.muster.server.platform.HealthSource;
import dev.muster.server.platform.Settings;
import io.quarkus.logging.Log;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.tls.CertificateUpdatedEvent;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Looks at the certificate's files every `muster.tls.reload-every` and shows clients what is new
/// in them. Connections that are open stay as they are.
///
/// Files are compared by content, so it does not matter how they are replaced. A pair that is
/// looked at while only one of the two is new does not fit together: it is reported like any other
/// that cannot be used, the old certificate stays, and the next look finds the rest.
@Singleton
public final class CertificateWatch implements HealthSource {
  /// How long before its end a certificate is worth a warning.
  static final Duration WARN_BEFORE = Duration.ofDays(14);

  private static final Duration REMIND_EVERY = Duration.ofDays(1);

  private final Settings.Tls settings;
  private final TlsConfigurationRegistry registry;
  private final Event<CertificateUpdatedEvent> updates;
  private final InstantSource clock;
  private String seen = "";
  private @Nullable Instant remindedAt;
  private final List<Consumer<CertificateFiles.Identity>> hearers = new ArrayList<>();
  private CertificateFiles.@Nullable Identity identity;
  private volatile @Nullable Instant expiresAt;
  private volatile @Nullable String unusable;

  CertificateWatch(
      Settings settings,
      TlsConfigurationRegistry registry,
      Event<CertificateUpdatedEvent> updates,
      InstantSource clock) {
    this.settings = settings.tls();
    this.registry = registry;
    this.updates = updates;
    this.clock = clock;
  }

  void start(@Observes StartupEvent event, Vertx vertx) {
    CertificateFiles.of(settings)
        .ifPresent(files -> {
          begin(files.read(clock.instant()));
          vertx.setPeriodic(
              settings.reloadEvery().toMillis(), _ -> Thread.startVirtualThread(this::look));
        });
  }

  private synchronized void begin(CertificateFiles.Content content) {
    seen = content.digest();
    identity = content.identity();
    expiresAt = content.expiresAt();
    hearers.forEach(heard -> heard.accept(content.identity()));
    remind();
  }

  /// Calls `heard` with the certificate, now if it is known, and with each that takes its place.
  public synchronized void onCertificate(Consumer<CertificateFiles.Identity> heard) {
    hearers.add(heard);
    if (identity != null) {
      heard.accept(identity);
    }
  }

  @Override
  public String name() {
    return "certificate";
  }

  /// A warning at the worst, even of one that has ended: clients refuse it or not, and a node that
  /// is taken out of the load balancer serves nobody. Which files are no good is for the log.
  @Override
  public Optional<Health.Check> check() {
    Instant end = expiresAt;
    if (end == null) {
      return Optional.empty();
    }
    if (unusable != null) {
      return Optional.of(
          Health.Check.warning("new files are there and cannot be used: see the log"));
    }
    return Optional.of(
        endsSoon(end)
            ? Health.Check.warning("expires at %s: replace its files".formatted(end))
            : Health.Check.healthy("good until %s".formatted(end)));
  }

  private boolean endsSoon(Instant end) {
    return !end.isAfter(clock.instant().plus(WARN_BEFORE));
  }

  /// What people should be told: the certificate ends soon, or new files cannot be used.
  public Optional<String> warning() {
    if (unusable != null) {
      return Optional.of("The new files of the certificate are not used: " + unusable);
    }
    Instant end = expiresAt;
    return end != null && endsSoon(end)
        ? Optional.of("The certificate expires at " + end)
        : Optional.empty();
  }

  /// Takes over the files if they have changed and can be used.
  public void look() {
    try {
      CertificateFiles.of(settings).ifPresent(this::look);
    } catch (RuntimeException failure) {
      Log.error("The files of the certificate could not be looked at", failure);
    }
  }

  private synchronized void look(CertificateFiles files) {
    String digest = files.digest();
    if (!digest.equals(seen)) {
      seen = digest;
      try {
        replace(files.read(clock.instant()));
      } catch (CertificateFiles.Unusable broken) {
        unusable = broken.getMessage();
        Log.errorf(
            "The new files of the certificate are not used, the old certificate stays: %s",
            unusable);
      }
    }
    remind();
  }

  private void replace(CertificateFiles.Content content) {
    TlsConfiguration tls = registry.get(QuarkusTls.NAME).orElseThrow();
    if (!tls.reload()) {
      throw new CertificateFiles.Unusable("they could not be loaded");
    }
    updates.fire(new CertificateUpdatedEvent(QuarkusTls.NAME, tls));
    hearers.forEach(heard -> heard.accept(content.identity()));
    identity = content.identity();
    seen = content.digest();
    expiresAt = content.expiresAt();
    unusable = null;
    remindedAt = null;
    Log.infof("New connections are shown the new certificate, valid until %s", expiresAt);
  }

  private void remind() {
    Instant now = clock.instant();
    boolean silent = remindedAt == null || !remindedAt.plus(REMIND_EVERY).isAfter(now);
    if (silent && warning().isPresent()) {
      remindedAt = now;
      Log.warnf(
          "%s; replace the files of muster.tls.certificate and muster.tls.key", warning().get());
    }
  }
}
