package dev.muster.server.platform;

import io.smallrye.config.WithDefault;
import java.time.Duration;

/// Messages about alerts.
public interface NotificationSettings {
  /// How long a first alert waits for others of its kind before its message leaves.
  @WithDefault("5s")
  Duration gather();

  /// Alerts of one kind within the window that become one message.
  @WithDefault("10")
  int rollUpFrom();

  /// How long alerts of one kind are counted together, and the longest that one of many waits.
  @WithDefault("1m")
  Duration rollUpWindow();

  /// For how long no further alert must come for a burst to be told before the window ends.
  @WithDefault("15s")
  Duration rollUpQuiet();

  /// Messages of one organization in a minute, all channels together, at the most; what is over it
  /// waits and is told in one.
  @WithDefault("60")
  int mostPerMinute();

  /// How often a message is tried before it is dead.
  @WithDefault("10")
  int attempts();

  /// Lets channels reach addresses of the own machine and of private networks, by plain HTTP too.
  @WithDefault("false")
  boolean allowPrivate();

  /// How long messages that were delivered or are dead are kept.
  @WithDefault("30d")
  Duration retention();
}
