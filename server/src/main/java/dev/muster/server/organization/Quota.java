package dev.muster.server.organization;

import java.util.Locale;

/// What an organization may have a limited number of.
public enum Quota {
  /// Devices that are not retired.
  DEVICES("device|devices", "Retire or erase devices that are gone"),
  /// Enrollment tokens and API keys that are still good.
  TOKENS("enrollment token or API key|enrollment tokens and API keys", "Revoke tokens or keys"),
  /// Bytes of stored documents.
  STORAGE_BYTES("byte|bytes of stored documents", "Documents that are published stay"),
  /// Bytes of files of tasks, from when they are announced.
  ATTACHMENT_BYTES("byte|bytes of attachments", "Delete attachments");

  private final String words;
  private final String remedy;

  Quota(String words, String remedy) {
    this.words = words;
    this.remedy = remedy;
  }

  /// The name on the wire and in the database.
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Whether so much is added at once that those who add must not wait for each other while there
  /// is room.
  boolean crowded() {
    return this == DEVICES;
  }

  String counted(long number) {
    return number + " " + words.split("\\|", -1)[number == 1 ? 0 : 1];
  }

  String remedy() {
    return remedy;
  }
}
