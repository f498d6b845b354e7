package dev.muster.server.notification;

import dev.muster.server.platform.Settings;
import io.quarkus.mailer.Mail;
import io.quarkus.mailer.reactive.ReactiveMailer;
import io.smallrye.mutiny.TimeoutException;
import io.vertx.ext.mail.SMTPException;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Sends messages as mail, by the mail server of the settings.
@Singleton
class MailSender {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int PERMANENT = 500;

  private final ReactiveMailer mailer;
  private final boolean isOn;

  MailSender(ReactiveMailer mailer, Settings settings) {
    this.mailer = mailer;
    this.isOn = settings.smtp().host().isPresent();
  }

  boolean isOn() {
    return isOn;
  }

  /// Never throws.
  Senders.Outcome send(String address, Message.Delivery delivery) {
    if (!isOn) {
      return new Senders.Outcome.Refused("no mail server is set (muster.smtp.host)");
    }
    Mail mail =
        new Mail()
            .setTo(Addresses.receivers(address))
            .setSubject(delivery.message().title().replaceAll("\\p{Cntrl}", " "))
            .setText(delivery.message().body() + "\n")
            .addHeader("Message-ID", "<" + delivery.id() + "@muster>")
            .addHeader("X-Muster-Delivery", delivery.id().toString())
            .addHeader("Auto-Submitted", "auto-generated");
    try {
      mailer.send(mail).await().atMost(PATIENCE);
      return new Senders.Outcome.Delivered("the mail server has taken it");
    } catch (TimeoutException _) {
      return new Senders.Outcome.Again(
          null, "the mail server did not answer within " + PATIENCE.toSeconds() + " s");
    } catch (RuntimeException failure) {
      SMTPException refused = refusal(failure);
      if (refused == null) {
        return new Senders.Outcome.Again(null, "the mail server cannot be reached");
      }
      String said = "the mail server said " + refused.getReplyCode();
      return refused.getReplyCode() >= PERMANENT
          ? new Senders.Outcome.Refused(said)
          : new Senders.Outcome.Again(null, said);
    }
  }

  private static @Nullable SMTPException refusal(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof SMTPException refused) {
        return refused;
      }
    }
    return null;
  }
}
