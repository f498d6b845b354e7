package dev.muster.server.platform;

/// What a door asks of its caller.
public enum Right {
  /// See devices, groups, policies, compliance and tasks.
  READ("read"),
  /// Register and change devices and groups, revoke device tokens.
  WRITE_DEVICES("change devices and groups"),
  /// Have devices do something, and cancel that.
  ACT("send commands to devices"),
  /// Make tasks, projects and comments, and change those that concern oneself.
  WRITE_TASKS("change tasks"),
  /// Change the tasks, projects and comments of everybody.
  CHANGE_ANY_TASK("change the tasks of others"),
  /// Create, publish, roll back, archive and assign policies; override a device.
  WRITE_POLICIES("change policies"),
  /// Make and revoke enrollment tokens.
  WRITE_ENROLLMENT("manage enrollment tokens"),
  READ_USERS("see users"),
  WRITE_USERS("manage users"),
  /// Make and revoke API keys.
  WRITE_KEYS("manage API keys"),
  READ_AUDIT("read the audit log"),
  /// Change the settings of the own organization.
  WRITE_SETTINGS("change the settings of the organization"),
  /// Remove a device or a person for good, with all that is known of them.
  ERASE("erase devices and people"),
  /// Make, limit and erase organizations; held only by the admins of the first one.
  WRITE_ORGANIZATIONS("manage organizations"),
  /// Take a copy of everything; held only by the admins of the first organization.
  BACK_UP("back up the server"),
  /// Archive and restore the history of heartbeats; held only by the admins of the first
  /// organization.
  KEEP_ARCHIVES("manage archives");

  private final String phrase;

  Right(String phrase) {
    this.phrase = phrase;
  }

  /// Whether only callers of the first organization can hold it, because it reaches others.
  public boolean ofHomeOnly() {
    return this == WRITE_ORGANIZATIONS || this == BACK_UP || this == KEEP_ARCHIVES;
  }

  /// Ends the sentence "You may not …".
  public String phrase() {
    return phrase;
  }
}
