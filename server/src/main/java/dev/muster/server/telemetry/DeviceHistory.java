package dev.muster.server.telemetry;

import dev.muster.server.archive.Partitions.Span;
import dev.muster.server.device.DeviceId;
import dev.muster.server.platform.OrganizationId;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.statement.SqlStatement;

/// The rows of one device in the history, which is in the order of its time: a day that is over has
/// an index by device; in the others each bucket in question is looked up, 8,640 a day.
final class DeviceHistory {
  private static final String OF_DEVICE =
      "h.organization_id = :organization and h.device_id = :device and h.bucket >= :from%1$d and h.bucket < :to%1$d";

  private static final String BUCKETS =
      """
      generate_series(
        date_bin('10 s', cast(:from%1$d as timestamptz) + interval '9999999 microseconds', 'epoch'),
        cast(:to%1$d as timestamptz) - interval '1 microsecond', interval '10 s') as at (bucket)
      """;

  private final OrganizationId organization;
  private final DeviceId device;
  private final List<Span> spans;

  /// @param spans not empty
  DeviceHistory(OrganizationId organization, DeviceId device, List<Span> spans) {
    this.organization = organization;
    this.device = device;
    this.spans = spans;
  }

  /// A query of all rows, with every column.
  String rows() {
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < spans.size(); i++) {
      String rows = "select h.* from telemetry.heartbeat h where " + OF_DEVICE;
      parts.add(
          (spans.get(i).byDevice()
                  ? rows
                  : "select h.* from "
                      + BUCKETS
                      + " cross join lateral ("
                      + rows
                      + " and h.bucket = at.bucket) h")
              .formatted(i));
    }
    return String.join(" union all ", parts);
  }

  <S extends SqlStatement<S>> S bound(S statement) {
    S bound = statement.bind("organization", organization).bind("device", device.value());
    for (int i = 0; i < spans.size(); i++) {
      bound = bound.bind("from" + i, spans.get(i).from()).bind("to" + i, spans.get(i).to());
    }
    return bound;
  }
}
