package dev.muster.server.notification;

import dev.muster.server.platform.Settings;
import io.quarkus.mailer.Mail;
import io.quarkus.mailer.reactive.ReactiveMailer;
import io.vertx.core.Vertx;
import io.vertx.ext.mail.SMTPException;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Sends messages as mail, by the mail server of the settings.
@Singleton
class MailSender {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int PERMANENT = 500;

  private final ReactiveMailer mailer;
  private final Vertx vertx;
  private final boolean isOn;

  MailSender(ReactiveMailer mailer, Vertx vertx, Settings settings) {
    this.vertx = vertx;
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
      sent(mail).get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      return new Senders.Outcome.Delivered("the mail server has taken it");
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return new Senders.Outcome.Again(null, "the server was stopped");
    } catch (TimeoutException _) {
      return new Senders.Outcome.Again(
          null, "the mail server did not answer within " + PATIENCE.toSeconds() + " s");
    } catch (ExecutionException failure) {
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

  /// Begun on an event loop, so that the connection is one of that loop: begun on any other thread,
  /// what hears the greeting may be set after a server that is near has greeted.
  private CompletableFuture<Void> sent(Mail mail) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    vertx
        .getOrCreateContext()
        .runOnContext(_ ->
            mailer
                .send(mail)
                .subscribe()
                .with(_ -> done.complete(null), done::completeExceptionally));
    return done;
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
