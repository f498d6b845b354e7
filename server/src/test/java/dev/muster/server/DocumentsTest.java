package dev.muster.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.action.ActionTypesTable;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.ErrorCode.Kind;
import dev.muster.server.platform.Settings;
import io.smallrye.config.ConfigMappings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/// Holds the pages of `docs/` against the code that they describe. What is between the marks `<!--
/// name -->` and `<!-- end -->` of a page is generated: `./muster test -pl server -am
/// -Dtest=DocumentsTest -Ddocs.write=true` writes it.
class DocumentsTest {
  private static final Path ROOT = Path.of("..");
  private static final Path DOCS = ROOT.resolve("docs");
  private static final boolean WRITE = Boolean.getBoolean("docs.write");
  private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
  private static final Map<Integer, String> GRPC =
      Map.ofEntries(
          Map.entry(3, "INVALID_ARGUMENT"),
          Map.entry(5, "NOT_FOUND"),
          Map.entry(6, "ALREADY_EXISTS"),
          Map.entry(7, "PERMISSION_DENIED"),
          Map.entry(8, "RESOURCE_EXHAUSTED"),
          Map.entry(9, "FAILED_PRECONDITION"),
          Map.entry(11, "OUT_OF_RANGE"),
          Map.entry(12, "UNIMPLEMENTED"),
          Map.entry(13, "INTERNAL"),
          Map.entry(14, "UNAVAILABLE"),
          Map.entry(16, "UNAUTHENTICATED"));

  @Test
  void theSettingsAreThoseOfTheCode() throws IOException {
    String rows = SettingsTable.rows();
    assertThat(rows.lines()).allMatch(row -> row.endsWith(". |"), "has a sentence that says what");
    assertThat(rows.lines().map(row -> row.split("`", -1)[1].replaceAll("<.*>", "*")))
        .containsExactlyInAnyOrderElementsOf(
            ConfigMappings.getProperties(ConfigMappings.ConfigClass.configClass(Settings.class))
                .keySet()
                .stream()
                .filter(key -> !key.contains("[*]")) // the items of a list
                .toList());
    isGenerated(
        "configuration.md",
        "settings",
        "| key | environment | default | meaning |\n| --- | --- | --- | --- |\n" + rows);
  }

  @Test
  void theFlagsAreThoseOfTheCommand() throws IOException {
    String rows =
        new CommandLine(new ServerCommand())
            .getCommandSpec().options().stream()
                .map(DocumentsTest::flag)
                .collect(Collectors.joining());
    isGenerated(
        "configuration.md", "flags", "| flag | key | meaning |\n| --- | --- | --- |\n" + rows);
  }

  private static String flag(OptionSpec option) {
    String key = "muster." + option.longestName().substring(2);
    boolean setting = SettingsTable.rows().contains("| `" + key + "` |");
    return "| `%s` | %s | %s |\n"
        .formatted(
            option.longestName(),
            setting ? "`" + key + "`" : "–",
            String.join(" ", option.description()));
  }

  @Test
  void theTypesOfActionsAreThoseOfTheCode() throws IOException {
    isGenerated(
        "actions.md",
        "types",
        "| type | on the wire | parameters |\n| --- | --- | --- |\n" + ActionTypesTable.rows());
  }

  @Test
  void theErrorsAreThoseOfTheCode() throws IOException {
    String rows =
        Arrays.stream(ErrorCode.values())
            .map(code ->
                "| [`%s`](troubleshooting.md#%s) | %d | %d %s | %s |\n"
                    .formatted(
                        code.wireName(),
                        code.wireName(),
                        code.kind().httpStatus(),
                        code.kind().grpcCode(),
                        GRPC.get(code.kind().grpcCode()),
                        code.title()))
            .collect(Collectors.joining());
    isGenerated(
        "errors.md",
        "errors",
        "| code | HTTP | gRPC | title |\n| --- | --- | --- | --- |\n" + rows);
    assertThat(Stream.of(Kind.values()).map(Kind::grpcCode)).isSubsetOf(GRPC.keySet());
  }

  /// Every error links to its section there.
  @Test
  void everyErrorHasAnAnswerInTroubleshooting() throws IOException {
    assertThat(anchors(DOCS.resolve("troubleshooting.md")))
        .containsAll(Arrays.stream(ErrorCode.values()).map(ErrorCode::wireName).toList());
  }

  @Test
  void everyLinkBetweenThePagesLeadsSomewhere() throws IOException {
    Set<String> broken = new TreeSet<>();
    for (Path page : pages()) {
      List<String> links =
          LINK.matcher(Files.readString(page)).results().map(link -> link.group(1)).toList();
      for (String link : links) {
        if (!link.matches("(https?:|/).*") && !leadsSomewhere(page, link)) {
          broken.add(ROOT.relativize(page) + ": " + link);
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  private static boolean leadsSomewhere(Path page, String link) throws IOException {
    String[] parts = link.split("#", 2);
    Path target = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
    return Files.exists(target) && (parts.length == 1 || anchors(target).contains(parts[1]));
  }

  /// What the headings of a page are reached by, in GitHub's spelling.
  private static Set<String> anchors(Path page) throws IOException {
    return Files.readAllLines(page).stream()
        .filter(line -> line.matches("#+ .*"))
        .map(line -> line.replaceFirst("#+ ", "").toLowerCase(java.util.Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
        .collect(Collectors.toSet());
  }

  private static List<Path> pages() throws IOException {
    try (Stream<Path> top = Files.list(ROOT);
        Stream<Path> docs = Files.walk(DOCS)) {
      return Stream.concat(top, docs).filter(file -> file.toString().endsWith(".md")).toList();
    }
  }

  private static void isGenerated(String page, String mark, String expected) throws IOException {
    Path file = DOCS.resolve(page);
    String text = Files.readString(file);
    String opening = "<!-- " + mark + " -->\n";
    int from = text.indexOf(opening) + opening.length();
    int to = text.indexOf("<!-- end -->", from);
    assertThat(from).as("the mark " + opening + " in " + page).isPositive().isLessThanOrEqualTo(to);
    if (WRITE) {
      Files.writeString(file, text.substring(0, from) + expected + text.substring(to));
    }
    assertThat(WRITE ? expected : text.substring(from, to)).isEqualTo(expected);
  }
}
