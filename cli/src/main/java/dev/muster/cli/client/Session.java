package dev.muster.cli.client;

import java.util.Optional;

/// Who the caller is, to one server.
public interface Session {

  /// The caller of a server in open mode: no credential, and none to be had.
  Session ANONYMOUS =
      new Session() {
        @Override
        public Optional<String> access() {
          return Optional.empty();
        }

        @Override
        public Optional<String> renew(Api api, String refused) {
          return Optional.empty();
        }
      };

  /// A program with an API key, or a token that is used at once: there is no other one to be had
  /// when the server refuses it.
  static Session ofKey(String key) {
    return new Session() {
      @Override
      public Optional<String> access() {
        return Optional.of(key);
      }

      @Override
      public Optional<String> renew(Api api, String refused) {
        return Optional.empty();
      }
    };
  }

  /// The access token to send, if there is one.
  Optional<String> access();

  /// Whether there may be another access token when this one is refused.
  default boolean renews() {
    return false;
  }

  /// Another access token in place of the one that the server refused; empty when the caller has to
  /// log in again. `api` speaks to the same server without a credential.
  Optional<String> renew(Api api, String refused);
}
