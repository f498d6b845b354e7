package dev.muster.cli;

import com.fasterxml.jackson.databind.JsonNode;

/// The server's JSON as the cells of a table; what is absent is `-`.
final class Cells {

  private Cells() {}

  static String text(JsonNode row, String field) {
    return text(row.path(field));
  }

  /// The first of these fields that the row has.
  static String first(JsonNode row, String... fields) {
    for (String field : fields) {
      if (row.hasNonNull(field)) {
        return text(row, field);
      }
    }
    return "-";
  }

  static String text(JsonNode value) {
    if (value.isMissingNode()
        || value.isNull()
        || (value.isTextual() && value.asText().isEmpty())) {
      return "-";
    }
    if (value.isArray()
        && !value.isEmpty()
        && value.valueStream().allMatch(JsonNode::isValueNode)) {
      return String.join(", ", value.valueStream().map(JsonNode::asText).toList());
    }
    if (value.isArray() && value.isEmpty()) {
      return "-";
    }
    return value.isValueNode() ? value.asText() : value.toString();
  }

  /// What a device reported of a setting: a value, `unsupported`, or `failed: ` with the reason.
  static String observed(JsonNode actual) {
    if (actual.path("unsupported").asBoolean()) {
      return "unsupported";
    }
    if (actual.has("failed")) {
      return "failed: " + actual.path("failed").asText();
    }
    return actual.isNull() || actual.isMissingNode() ? "not reported" : text(actual);
  }

  /// Differences in one cell: `cameraDisabled: wants true, is false`.
  static String drift(JsonNode drift) {
    return drift.isEmpty()
        ? "-"
        : String.join(
            "; ",
            drift
                .valueStream()
                .map(d ->
                    text(d, "setting")
                        + ": wants "
                        + text(d, "desired")
                        + ", is "
                        + observed(d.path("actual")))
                .toList());
  }
}
