package dev.muster.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The table of docs/settings.md is the catalogue.
class SettingsPageTest {
  private static final Path PAGE = Path.of("..", "docs", "settings.md");

  @Test
  void theTableOfThePageIsTheCatalogue() throws IOException {
    List<String> inPage =
        Files.readAllLines(PAGE).stream().filter(line -> line.startsWith("|")).toList();

    assertThat(inPage)
        .as("put this into docs/settings.md:\n%s", String.join("\n", table()))
        .isEqualTo(table());
  }

  private static List<String> table() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "| key | what | value | platforms | satisfied when the report is | several policies | secret |");
    lines.add("| --- | --- | --- | --- | --- | --- | --- |");
    for (Setting setting : Catalogue.all()) {
      lines.add(
          "| "
              + String.join(
                  " | ",
                  "`" + setting.key() + "`",
                  setting.summary(),
                  setting.type().words(),
                  platforms(setting),
                  satisfied(setting.satisfied()),
                  setting.satisfied() == Setting.Satisfied.CONTAINS
                      ? "united"
                      : "the stronger wins",
                  setting.secret() ? "yes" : "no")
              + " |");
    }
    return lines;
  }

  private static String platforms(Setting setting) {
    List<Platform> missing =
        Arrays.stream(Platform.values()).filter(it -> !setting.platforms().contains(it)).toList();
    if (missing.isEmpty()) {
      return "all";
    }
    return missing.size() < 3
        ? "all but " + names(missing)
        : names(List.copyOf(setting.platforms()));
  }

  private static String names(List<Platform> platforms) {
    return platforms.stream().map(Platform::name).sorted().collect(Collectors.joining(", "));
  }

  private static String satisfied(Setting.Satisfied satisfied) {
    return switch (satisfied) {
      case EXACT -> "equal";
      case AT_LEAST -> "equal or greater";
      case AT_MOST -> "equal or smaller, and above 0";
      case CONTAINS -> "all of it, and perhaps more";
      case WITHIN -> "nothing but it, and perhaps less";
    };
  }
}
