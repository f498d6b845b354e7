package dev.muster.server.device;

import dev.muster.server.platform.Refusal;

/// The order of a list of devices. What is equal goes by id, so an order is total and a place in it
/// can be found again.
public record DeviceOrder(By by, boolean descending) {
  /// What is compared.
  public enum By {
    /// The name in lower case, by code points; only the first 128 characters count.
    NAME("name_key"),
    /// Ids begin with the time at which they were made.
    CREATED_AT("device_id"),
    /// The handle in lower case.
    DEVICE_ID("handle_key");

    private final String column;

    By(String column) {
      this.column = column;
    }

    /// The column of `device.facet` that has it.
    String column() {
      return column;
    }
  }

  static final DeviceOrder REGISTRATION = new DeviceOrder(By.CREATED_AT, false);
  private static final String RULE =
      "must be one of name, created_at, device_id, or one of these after a - for the other way";

  /// By the names of the REST row; a `-` before turns it round.
  ///
  /// @throws Refusal `invalid parameter`
  static DeviceOrder parse(String text) {
    boolean descending = text.startsWith("-");
    return new DeviceOrder(
        switch (descending ? text.substring(1) : text) {
          case "name", "device_name" -> By.NAME;
          case "created_at" -> By.CREATED_AT;
          case "device_id" -> By.DEVICE_ID;
          default -> throw Refusal.parameter("ordering", RULE);
        },
        descending);
  }
}
