package dev.muster.cli.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The profiles of this user: named sets of [logins][Logins], for who works with several servers,
/// or with one in several roles. `default` is kept where all logins were before there were
/// profiles.
public final class Profiles {
  public static final String DEFAULT = "default";
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  private final Path folder;

  /// @param folder `$XDG_CONFIG_HOME/muster`
  Profiles(Path folder) {
    this.folder = folder;
  }

  /// Below `$XDG_CONFIG_HOME/muster`, by default `~/.config/muster`.
  public static Profiles ofUser(Map<String, String> env, Path home) {
    String xdg = env.getOrDefault("XDG_CONFIG_HOME", "");
    Path config = xdg.isBlank() ? home.resolve(".config") : Path.of(xdg);
    return new Profiles(config.resolve("muster"));
  }

  public Logins logins(String name) {
    return new Logins(file(name));
  }

  /// The profile that holds when none is named.
  public String current() {
    try {
      String name = Files.readString(chosen()).strip();
      return name.isEmpty() ? DEFAULT : name;
    } catch (NoSuchFileException _) {
      return DEFAULT;
    } catch (IOException e) {
      throw new Failure.Local("Cannot read " + chosen() + ": " + Private.reason(e), e);
    }
  }

  /// Lets a profile hold when none is named.
  public void use(String name) {
    var _ = file(name);
    Private.write(chosen(), name + "\n");
  }

  /// Those that hold a login, the default one, and the current one.
  public List<String> names() {
    TreeSet<String> names = new TreeSet<>(List.of(DEFAULT, current()));
    try (Stream<Path> files = Files.list(named())) {
      files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".json"))
          .map(name -> name.substring(0, name.length() - ".json".length()))
          .filter(name -> NAME.matcher(name).matches())
          .forEach(names::add);
    } catch (NoSuchFileException _) {
      // Nobody has logged in to a named one yet.
    } catch (IOException e) {
      throw new Failure.Local("Cannot read " + named() + ": " + Private.reason(e), e);
    }
    return List.copyOf(names);
  }

  /// Removes a profile with its logins; false when it had none.
  public boolean remove(String name) {
    try {
      boolean known = Files.deleteIfExists(file(name));
      if (name.equals(current())) {
        Files.deleteIfExists(chosen());
      }
      return known;
    } catch (IOException e) {
      throw new Failure.Local("Cannot remove the profile " + name + ": " + Private.reason(e), e);
    }
  }

  /// What was typed at the prompt of `muster shell`.
  public Path history() {
    return folder.resolve("history");
  }

  /// By what servers know this user of this machine again, whatever it is called.
  public String fingerprint() {
    Path file = folder.resolve("machine");
    try {
      return Files.readString(file).strip();
    } catch (NoSuchFileException _) {
      String made = "cli-" + UUID.randomUUID();
      Private.write(file, made + "\n");
      return made;
    } catch (IOException e) {
      throw new Failure.Local("Cannot read " + file + ": " + Private.reason(e), e);
    }
  }

  private Path file(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new Failure.Usage(
          "«" + name + "» is no name of a profile: 1 to 64 of A-Z a-z 0-9 . _ -, no dot at first.");
    }
    return name.equals(DEFAULT)
        ? folder.resolve("credentials.json")
        : named().resolve(name + ".json");
  }

  private Path named() {
    return folder.resolve("profiles");
  }

  private Path chosen() {
    return folder.resolve("profile");
  }
}
