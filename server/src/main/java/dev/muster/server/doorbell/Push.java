package dev.muster.server.doorbell;

import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Settings;
import io.quarkus.logging.Log;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The push service, which reaches devices that hold no connection. Without settings nothing is
/// sent, and nothing fails for it.
@Singleton
public class Push {
  private static final Pattern PROJECT = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.:_-]{0,99}");

  private final Database database;
  private final Optional<FcmApi> fcm;
  private final AtomicReference<String> trouble = new AtomicReference<>("");

  @Inject
  public Push(Database database, InstantSource clock, Settings settings) {
    this(database, clock, settings.fcm(), FcmApi.PATIENCE);
  }

  Push(Database database, InstantSource clock, Settings.Fcm settings, Duration patience) {
    this.database = database;
    this.fcm = FcmApi.of(clock, settings, patience);
  }

  /// A sentence for each mistake in the settings.
  public static List<String> mistakes(Settings.Fcm settings) {
    List<String> sentences = new ArrayList<>();
    if (settings.project().isPresent() != settings.credentials().isPresent()) {
      sentences.add(
          settings.project().isPresent()
              ? "muster.fcm.project needs muster.fcm.credentials as well, the file with the JSON key"
                  + " of a service account of that project"
              : "muster.fcm.credentials needs muster.fcm.project as well, the id of the Firebase"
                  + " project");
    }
    settings
        .project()
        .filter(project -> !PROJECT.matcher(project).matches())
        .ifPresent(project ->
            sentences.add(
                "muster.fcm.project must be the id of a Firebase project, such as my-fleet-1234, and"
                    + " is \""
                    + project
                    + "\""));
    settings
        .credentials()
        .ifPresent(file -> {
          String problem = GoogleAccess.problem(file);
          if (problem != null) {
            sentences.add("muster.fcm.credentials " + file + " " + problem);
          }
        });
    String scheme = settings.address().getScheme();
    if (!"https".equals(scheme) && !"http".equals(scheme)) {
      sentences.add("muster.fcm.address must begin with https:// or http://");
    }
    return sentences;
  }

  public boolean isOn() {
    return fcm.isPresent();
  }

  /// Where the service reaches those of the devices that it reaches.
  public Map<DeviceId, PushToken> tokens(Handle handle, Collection<DeviceId> devices) {
    return PushTokenStore.find(handle, devices);
  }

  /// Sends one message, data only, and says what came of it. It never throws and is bounded in
  /// time, but it waits for the service: not to be called inside a transaction. A token that the
  /// service does not know is removed.
  ///
  /// @param collapseKey of messages with the same key the service keeps only the last for a device
  ///   that it cannot reach; null for a message that stands for itself
  public PushOutcome send(PushToken to, Map<String, String> data, @Nullable String collapseKey) {
    if (fcm.isEmpty()) {
      return new PushOutcome.Off();
    }
    PushOutcome outcome = fcm.get().send(FcmApi.message(to.text(), data, collapseKey));
    switch (outcome) {
      case PushOutcome.Invalid(_, _, String error) -> {
        Log.infof("The push token of %s is removed: %s", to.device(), error);
        remove(to);
        trouble.set("");
      }
      case PushOutcome.Refused(_, _, String error) -> {
        if (!error.equals(trouble.getAndSet(error))) {
          Log.warnf(
              "FCM takes no messages (%s). Devices without a connection are not woken; see"
                  + " /help/operations#push-by-fcm.",
              error);
        }
      }
      case PushOutcome.Sent _ -> trouble.set("");
      case PushOutcome.Retry _, PushOutcome.Off _ -> {}
    }
    return outcome;
  }

  private void remove(PushToken invalid) {
    try {
      database.in(
          invalid.organization(),
          handle -> {
            PushTokenStore.remove(handle, invalid);
            return invalid;
          });
    } catch (RuntimeException failure) {
      Log.debugf("A push token was not removed, and will be next time: %s", failure.getMessage());
    }
  }
}
