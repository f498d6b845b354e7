package dev.muster.server.dispatch;

import dev.muster.server.action.Action;
import dev.muster.server.action.DeliveryView;
import dev.muster.server.doorbell.Push;
import dev.muster.server.platform.OrganizationId;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// Says why commands have not reached their devices yet.
@Singleton
public class OnTheWay implements DeliveryView {
  private final Push push;

  public OnTheWay(Push push) {
    this.push = push;
  }

  @Override
  public Map<String, Delivery> of(
      Handle handle, OrganizationId organization, Collection<Action> undelivered) {
    Map<String, Delivery> views = new HashMap<>();
    OnTheWayStore.find(handle, organization, undelivered.stream().map(Action::requestId).toList())
        .forEach(row -> views.put(row.requestId(), view(row)));
    return views;
  }

  private Delivery view(OnTheWayStore.Row row) {
    return new Delivery(reason(row) + error(row), row.since(), next(row));
  }

  private String reason(OnTheWayStore.Row row) {
    return switch (row.waitsFor()) {
      case HANDOVER -> "The command is about to be handed to the device.";
      case CONNECTION ->
          push.isOn()
              ? "The device is not connected, and the push service does not reach it."
              : "The device is not connected, and there is no push service to wake it.";
      case PUSH -> "The device is not connected, and it is the push service's turn.";
      case SECRET ->
          "The device has no command secret that can be used, and no command goes out without a"
              + " signature.";
      case DEVICE ->
          row.dueAt() == null
              ? "The device has the command and has not answered."
              : "The push service has taken the command, and the device has not said that it has it.";
    };
  }

  private static String error(OnTheWayStore.Row row) {
    return row.error() == null || row.triedAt() == null || row.channel() == null
        ? ""
        : " The last try, by "
            + row.channel()
            + " at "
            + time(row.triedAt())
            + ", failed: "
            + row.error()
            + ".";
  }

  private static String next(OnTheWayStore.Row row) {
    return switch (row.waitsFor()) {
      case HANDOVER -> "It is handed over at any moment.";
      case CONNECTION -> "It gets the command when it connects or asks for its commands.";
      case PUSH ->
          "It gets the command when it connects or asks for its commands"
              + until(", and the push service is asked at ", row.pushAt());
      case SECRET ->
          "It gets a secret when it asks for its policy or, saying which it has, for its commands,"
              + " and the command when it then asks for its commands"
              + until(" or is connected at ", row.dueAt());
      case DEVICE ->
          row.dueAt() == null
              ? "It ends with its answer."
              : "It gets the command when it connects or asks for its commands"
                  + until(", and it is sent again at ", row.dueAt());
    };
  }

  private static String until(String words, @Nullable Instant at) {
    return at == null ? "." : words + time(at) + ".";
  }

  private static String time(Instant at) {
    return at.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
