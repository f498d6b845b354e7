package dev.muster.server.notification;

import dev.muster.protocol.Json;
import dev.muster.server.platform.Settings;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// Hands one message to the service behind a channel, and says what came of it: one message, one
/// answer. No redirect is followed, and nothing of what is said here names the address.
@Singleton
class Senders {
  static final String DELIVERY = "X-Muster-Delivery";
  static final String TIMESTAMP = "X-Muster-Timestamp";
  static final String SIGNATURE = "X-Muster-Signature";
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration LONGEST_PAUSE = Duration.ofHours(1);
  private static final Pattern SECONDS = Pattern.compile("\\d{1,9}");

  /// What Discord takes, less what is added when more is cut off.
  private static final int LONGEST_DISCORD = 1_990;

  private static final int LONGEST_SLACK = 30_000;

  /// What came of a message. The words name neither the address nor the message.
  public sealed interface Outcome {
    /// The service has taken it.
    record Delivered(String said) implements Outcome {}

    /// The service cannot at the moment.
    ///
    /// @param after when it wants to be asked again; null when it did not say
    record Again(@Nullable Duration after, String said) implements Outcome {}

    /// The service does not take it, and will not take the same again.
    record Refused(String said) implements Outcome {}

    String said();

    default boolean isDelivered() {
      return this instanceof Delivered;
    }
  }

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();
  private final InstantSource clock;
  private final Addresses addresses;
  private final @Nullable MailSender mail;
  private final Duration patience;

  @Inject
  Senders(InstantSource clock, Settings settings, MailSender mail) {
    this(clock, settings, mail, PATIENCE);
  }

  /// @param mail null for none
  /// @param patience how long to wait for an answer
  Senders(InstantSource clock, Settings settings, @Nullable MailSender mail, Duration patience) {
    this.clock = clock;
    this.addresses = new Addresses(settings.notification().allowPrivate());
    this.mail = mail;
    this.patience = patience;
  }

  Addresses addresses() {
    return addresses;
  }

  /// Whether messages can be sent as mail.
  boolean hasMail() {
    return mail != null && mail.isOn();
  }

  /// Never throws, and is bounded in time; but it waits, so it is not for a transaction.
  Outcome send(Channel channel, Channel.Target target, Message.Delivery delivery) {
    Message message = delivery.message();
    return switch (channel.kind()) {
      case EMAIL ->
          mail == null ? new Outcome.Refused("no mail") : mail.send(target.address(), delivery);
      case DISCORD ->
          post(
              target,
              delivery,
              Json.obj(
                  Map.of(
                      "content",
                      Json.of(cut(message.title() + "\n" + message.body(), LONGEST_DISCORD)),
                      // names of devices must not ring everybody
                      "allowed_mentions",
                      Json.obj(Map.of("parse", new Json.Arr(List.of()))))));
      case SLACK ->
          post(
              target,
              delivery,
              Json.obj(
                  Map.of(
                      "text",
                      Json.of(
                          cut(
                              escaped("*" + message.title() + "*\n" + message.body()),
                              LONGEST_SLACK)))));
      case WEBHOOK -> post(target, delivery, message.json(delivery));
    };
  }

  private Outcome post(Channel.Target target, Message.Delivery delivery, Json.Obj body) {
    try {
      URI uri = URI.create(target.address());
      String forbidden = addresses.forbidden(uri);
      return forbidden == null
          ? post(uri, target.secret(), delivery, body.canonical())
          : new Outcome.Refused("the address " + forbidden);
    } catch (UnknownHostException _) {
      return new Outcome.Again(null, "the host of the address is not known");
    }
  }

  private Outcome post(URI uri, @Nullable String secret, Message.Delivery delivery, String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(patience)
            .header("Content-Type", "application/json; charset=UTF-8")
            .header("User-Agent", "Muster")
            .header(DELIVERY, delivery.id().toString())
            .POST(HttpRequest.BodyPublishers.ofString(body));
    if (secret != null) {
      String timestamp = Long.toString(clock.instant().getEpochSecond());
      request
          .header(TIMESTAMP, timestamp)
          .header(SIGNATURE, "v1=" + signature(secret, timestamp, body));
    }
    CompletableFuture<HttpResponse<Void>> answer =
        http.sendAsync(request.build(), HttpResponse.BodyHandlers.discarding());
    try {
      // the request's own timeout ends with the headers; a body could drip for ever
      return outcome(answer.get(patience.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException _) {
      answer.cancel(true);
      return new Outcome.Again(null, "no answer within " + patience.toSeconds() + " s");
    } catch (ExecutionException failure) {
      Throwable cause = failure.getCause();
      return new Outcome.Again(
          null,
          cause instanceof IOException
              ? "no answer: " + cause.getClass().getSimpleName()
              : "no answer");
    } catch (InterruptedException _) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      return new Outcome.Again(null, "the server is stopping");
    }
  }

  private Outcome outcome(HttpResponse<Void> answer) {
    int status = answer.statusCode();
    String said = "HTTP " + status;
    if (status >= 200 && status < 300) {
      return new Outcome.Delivered(said);
    }
    boolean passes = status == 408 || status == 425 || status == 429 || status >= 500;
    return passes
        ? new Outcome.Again(
            pause(answer.headers().firstValue("Retry-After").orElse("").strip()), said)
        : new Outcome.Refused(status < 400 ? said + ", and redirects are not followed" : said);
  }

  /// `Retry-After` is seconds or a date (RFC 9110, section 10.2.3).
  private @Nullable Duration pause(String retryAfter) {
    Duration asked;
    if (SECONDS.matcher(retryAfter).matches()) {
      asked = Duration.ofSeconds(Long.parseLong(retryAfter));
    } else {
      try {
        Instant then =
            ZonedDateTime.parse(retryAfter, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        asked = Duration.between(clock.instant(), then);
      } catch (DateTimeException _) {
        return null;
      }
    }
    return asked.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : asked;
  }

  /// HMAC-SHA-256 over the timestamp, a point and the body, in lower-case hex.
  static String signature(String secret, String timestamp, String body) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return HexFormat.of()
          .formatHex(mac.doFinal((timestamp + "." + body).getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("This Java runtime has no HMAC-SHA256", impossible);
    }
  }

  private static String cut(String text, int longest) {
    if (text.length() <= longest) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(longest - 1)) ? longest - 1 : longest;
    return text.substring(0, end) + " […]";
  }

  /// Slack's own way, so that a name is no link and no mention.
  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
