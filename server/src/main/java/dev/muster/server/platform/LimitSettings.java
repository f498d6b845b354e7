package dev.muster.server.platform;

import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;

/// How often anybody may call a node, by class of endpoint. Each class has a rate a minute, which
/// is what may go on for ever, and a burst, which is what may come at once after a pause.
public interface LimitSettings {
  /// Limit how often anybody calls; `false` is for load tests.
  @WithDefault("true")
  boolean on();

  /// Callers of each class that a node remembers at the most.
  @WithDefault("200000")
  int callers();

  /// Logins and refreshes a minute from one network address; 0 is without limit.
  @WithName("login.rate")
  @WithDefault("3000")
  int loginRate();

  /// Logins and refreshes at once, after a pause.
  @WithName("login.burst")
  @WithDefault("3000")
  int loginBurst();

  /// Refused credentials a minute from one network address, beyond which only callers that this
  /// node knows are let in from there; 0 is without limit.
  @WithName("refused.rate")
  @WithDefault("600")
  int refusedRate();

  /// Refused credentials at once from there.
  @WithName("refused.burst")
  @WithDefault("1000")
  int refusedBurst();

  /// Requests without a credential a minute from one network address; 0 is without limit.
  @WithName("open.rate")
  @WithDefault("12000")
  int openRate();

  /// Requests without a credential at once, after a pause.
  @WithName("open.burst")
  @WithDefault("3000")
  int openBurst();

  /// Requests a minute with one enrollment token; 0 is without limit.
  @WithName("enroll.rate")
  @WithDefault("60000")
  int enrollRate();

  /// Requests at once, after a pause.
  @WithName("enroll.burst")
  @WithDefault("20000")
  int enrollBurst();

  /// Reading requests and calls a minute of one person or API key; 0 is without limit.
  @WithName("read.rate")
  @WithDefault("30000")
  int readRate();

  /// Reading requests and calls at once, after a pause.
  @WithName("read.burst")
  @WithDefault("10000")
  int readBurst();

  /// Writing requests and calls a minute of one person or API key; 0 is without limit.
  @WithName("write.rate")
  @WithDefault("12000")
  int writeRate();

  /// Writing requests and calls at once, after a pause.
  @WithName("write.burst")
  @WithDefault("5000")
  int writeBurst();

  /// Requests and calls on many devices, backups and exports a minute of one person or API key; 0
  /// is without limit.
  @WithName("bulk.rate")
  @WithDefault("600")
  int bulkRate();

  /// Requests and calls on many devices, backups and exports at once, after a pause.
  @WithName("bulk.burst")
  @WithDefault("300")
  int bulkBurst();

  /// Requests a minute of one device, heartbeats aside; 0 is without limit.
  @WithName("device.rate")
  @WithDefault("600")
  int deviceRate();

  /// Requests at once, after a pause.
  @WithName("device.burst")
  @WithDefault("600")
  int deviceBurst();

  /// Heartbeats and batches of them a minute of one device; 0 is without limit.
  @WithName("heartbeat.rate")
  @WithDefault("120")
  int heartbeatRate();

  /// Heartbeats and batches of them at once, after a pause.
  @WithName("heartbeat.burst")
  @WithDefault("600")
  int heartbeatBurst();

  /// WebSockets opened a minute by one person, API key or device; 0 is without limit.
  @WithName("connect.rate")
  @WithDefault("600")
  int connectRate();

  /// WebSockets opened at once, after a pause.
  @WithName("connect.burst")
  @WithDefault("600")
  int connectBurst();

  /// Messages and pongs a minute that one person, API key or device sends over WebSockets; 0 is
  /// without limit.
  @WithName("message.rate")
  @WithDefault("600")
  int messageRate();

  /// Messages and pongs at once, after a pause.
  @WithName("message.burst")
  @WithDefault("600")
  int messageBurst();
}
