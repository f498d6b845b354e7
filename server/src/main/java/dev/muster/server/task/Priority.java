package dev.muster.server.task;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// How much a task matters, from the least on.
public enum Priority {
  LOW,
  MEDIUM,
  HIGH,
  URGENT;

  static final String WORDS = "low|medium|high|urgent";
  public static final String RULE = "must be one of low, medium, high, urgent";

  public static Optional<Priority> named(String wireName) {
    return Arrays.stream(values()).filter(known -> known.wireName().equals(wireName)).findFirst();
  }

  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
