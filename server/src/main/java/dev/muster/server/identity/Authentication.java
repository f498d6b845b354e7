package dev.muster.server.identity;

/// What came of an e-mail address and a password. All but [Proven] are told alike to whoever sent
/// them.
public sealed interface Authentication {
  /// An active user and their password.
  record Proven(User user) implements Authentication {}

  /// The address of a user, with another password, or of a user who is not active.
  record Refused(User user) implements Authentication {}

  /// Nobody's address.
  record Nobody() implements Authentication {}
}
