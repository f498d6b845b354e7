package dev.muster.server.platform;

/// What a door asks of its caller.
public enum Right {
  /// See devices, groups, policies and compliance.
  READ("read"),
  /// Register and change devices and groups, revoke device tokens.
  WRITE_DEVICES("change devices and groups"),
  /// Create, publish, roll back, archive and assign policies; override a device.
  WRITE_POLICIES("change policies"),
  /// Make and revoke enrollment tokens.
  WRITE_ENROLLMENT("manage enrollment tokens"),
  READ_USERS("see users"),
  WRITE_USERS("manage users"),
  /// Make organizations; held only by the admins of the first one.
  WRITE_ORGANIZATIONS("manage organizations");

  private final String phrase;

  Right(String phrase) {
    this.phrase = phrase;
  }

  /// Ends the sentence "You may not …".
  public String phrase() {
    return phrase;
  }
}
