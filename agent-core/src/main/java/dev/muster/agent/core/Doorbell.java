package dev.muster.agent.core;

import org.jspecify.annotations.Nullable;

/// Something by which the server can wake the agent. Of a policy it says that there is news and
/// never what: the agent pulls. Commands may come by it whole, since they are signed.
public interface Doorbell extends AutoCloseable {

  /// The address that the server must know to ring, such as an FCM token; null when it needs none.
  @Nullable String token();

  /// Begins to listen, or goes on when it already does with this credential. Called before every
  /// sync; it must not wait for the network.
  ///
  /// @param deviceToken the credential, null on a server in open mode
  /// @param listener hears what comes; always the same one
  void listen(String deviceId, @Nullable String deviceToken, DoorbellListener listener);

  /// Stops listening. It may be asked to listen again.
  @Override
  void close();

  /// No doorbell: the agent hears of news at its next sync.
  static Doorbell none() {
    return new Doorbell() {
      @Override
      public @Nullable String token() {
        return null;
      }

      @Override
      public void listen(
          String deviceId, @Nullable String deviceToken, DoorbellListener listener) {}

      @Override
      public void close() {}
    };
  }
}
