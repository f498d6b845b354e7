package dev.muster.server.web;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The table of `docs/permissions.md`: for every operation the status that each kind of caller
/// gets.
final class Permissions {
  private static final Path PAGE = Path.of("../docs/permissions.md");

  /// @param statuses in the order of [#COLUMNS]
  /// @param home what an admin of the first organization gets
  record Row(String method, String path, List<Integer> statuses, int home) {
    String operation() {
      return method + " " + path;
    }

    int status(String column) {
      return statuses.get(COLUMNS.indexOf(column));
    }

    /// What somebody of another organization gets, whose role would get `own` in this one. Whether
    /// a member may change something depends on whose it is, so what is not there is not found
    /// first.
    int foreign(String role, int own) {
      boolean ofSomebody =
          (path.contains("{")
                  && !path.contains("{kind}") // a word that everybody has
                  && !path.startsWith("/api/organizations/"))
              || operation().equals("POST /api/comments"); // which names a task in its body
      boolean ofOwners = role.equals("member") && OF_OWNERS.stream().anyMatch(path::startsWith);
      return ofSomebody && (own < 300 || ofOwners) ? 404 : own;
    }
  }

  private static final List<String> OF_OWNERS =
      List.of("/api/tasks/{", "/api/comments/{", "/api/projects/{", "/api/sync/conflicts/{");

  static final List<String> COLUMNS =
      List.of("nobody", "device", "member", "viewer", "operator", "admin", "key");

  private Permissions() {}

  static List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(PAGE)) {
        if (line.startsWith("| `")) {
          rows.add(row(line));
        }
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return rows;
  }

  private static Row row(String line) {
    String[] cells = line.substring(1, line.length() - 1).split("\\|", -1);
    if (cells.length != COLUMNS.size() + 1) {
      throw new IllegalArgumentException("the row has other columns: " + line);
    }
    String[] operation = cells[0].replace("`", "").strip().split(" ", 2);
    List<String> statuses = Arrays.stream(cells).skip(1).map(String::strip).toList();
    String[] admin = statuses.get(COLUMNS.indexOf("admin")).split(" ", 2);
    return new Row(
        operation[0],
        operation[1],
        statuses.stream().map(cell -> Integer.valueOf(cell.split(" ", 2)[0])).toList(),
        Integer.parseInt(admin[admin.length - 1]));
  }
}
