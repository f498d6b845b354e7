package dev.muster.server.platform;

import io.smallrye.config.WithDefault;
import java.util.Optional;

/// The mail server that takes messages to channels of the kind EMAIL. Without a host there are no
/// such channels.
public interface SmtpSettings {
  /// Host name of the mail server.
  Optional<String> host();

  /// TCP port of the mail server.
  @WithDefault("587")
  int port();

  /// Address that mail is sent from; needed with a host.
  Optional<String> from();

  /// User at the mail server; absent means without login.
  Optional<String> username();

  /// Password of that user.
  Optional<String> password();

  /// Whether the connection is encrypted by STARTTLS: `DISABLED`, `OPTIONAL` or `REQUIRED`.
  @WithDefault("REQUIRED")
  StartTls startTls();

  /// Whether the connection is encrypted from its beginning, as on port 465.
  @WithDefault("false")
  boolean tls();

  /// How far STARTTLS is asked for.
  enum StartTls {
    DISABLED,
    OPTIONAL,
    REQUIRED
  }
}
