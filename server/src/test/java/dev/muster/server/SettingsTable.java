package dev.muster.server;

import dev.muster.server.platform.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Reads the settings where they are declared, comments included, which no class file has.
final class SettingsTable {
  private static final Path FOLDER =
      Path.of("src/main/java/" + Settings.class.getPackageName().replace('.', '/'));

  private static final Pattern TYPE = Pattern.compile("(?:public )?interface (\\w+) \\{");
  private static final Pattern METHOD =
      Pattern.compile("([\\w<>]+|Map<String, \\w+>) (\\w+)\\(\\);");
  private static final Pattern MAP = Pattern.compile("Map<String, (\\w+)>");
  private static final Pattern DEFAULT = Pattern.compile("@WithDefault\\(\"(.*)\"\\)");
  private static final Pattern NAME = Pattern.compile("@WithName\\(\"(.*)\"\\)");

  /// @param section the type that declares it
  private record Declared(String section, String type, String key, String standard, String says) {}

  private SettingsTable() {}

  /// A row of the page for each setting, in the order of the source.
  static String rows() {
    List<Declared> all = declared();
    Map<String, String> prefixes = new TreeMap<>(Map.of("Settings", "muster."));
    for (Declared one : all) {
      if (isSection(all, one)) {
        prefixes.put(one.type(), prefixes.get(one.section()) + one.key() + ".");
      }
    }
    StringBuilder rows = new StringBuilder();
    for (Declared one : all) {
      if (!isSection(all, one)) {
        String key = prefixes.get(one.section()) + one.key();
        rows.append(
            "| `%s` | %s | %s | %s |\n"
                .formatted(key, inEnvironment(key), one.standard(), one.says()));
      }
    }
    return rows.toString();
  }

  /// Keys with a part that is chosen have no variable that could be written down.
  private static String inEnvironment(String key) {
    return key.contains("<") ? "–" : "`" + variable(key) + "`";
  }

  static String variable(String key) {
    return key.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
  }

  private static boolean isSection(List<Declared> all, Declared one) {
    return all.stream().anyMatch(other -> other.section().equals(one.type()));
  }

  private static List<Declared> declared() {
    List<Declared> found = new ArrayList<>();
    StringBuilder says = new StringBuilder();
    String section = "";
    String name = "";
    String standard = "–";
    for (String line : lines()) {
      Matcher type = TYPE.matcher(line);
      Matcher method = METHOD.matcher(line);
      Matcher value = DEFAULT.matcher(line);
      Matcher other = NAME.matcher(line);
      if (line.startsWith("///")) {
        says.append(says.isEmpty() ? "" : " ").append(line.substring(3).strip());
      } else if (value.matches()) {
        standard = "`" + value.group(1) + "`";
      } else if (other.matches()) {
        name = other.group(1);
      } else if (method.matches()) {
        String key = name.isEmpty() ? hyphenated(method.group(2)) : name;
        Matcher map = MAP.matcher(method.group(1));
        found.add(
            map.matches()
                ? new Declared(
                    section, map.group(1), key + ".<" + key + ">", standard, says.toString())
                : new Declared(section, method.group(1), key, standard, says.toString()));
        name = "";
        standard = "–";
        says.setLength(0);
      } else if (type.lookingAt()) {
        section = type.group(1);
        says.setLength(0);
      } else if (!line.startsWith("@")) {
        says.setLength(0);
      }
    }
    return found;
  }

  /// Of `Settings`, and then of the files of its parts, `…Settings`, by name.
  private static List<String> lines() {
    List<String> lines = new ArrayList<>();
    try (Stream<Path> files = Files.list(FOLDER)) {
      for (Path file :
          files
              .filter(file -> file.getFileName().toString().endsWith("Settings.java"))
              .sorted(Comparator.comparing(SettingsTable::isPart).thenComparing(Path::toString))
              .toList()) {
        Files.readAllLines(file).forEach(line -> lines.add(line.strip()));
      }
      return lines;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static boolean isPart(Path file) {
    return !file.endsWith("Settings.java");
  }

  private static String hyphenated(String camelCase) {
    return camelCase.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }
}
