package dev.muster.server;

import dev.muster.server.platform.MasterKey;
import dev.muster.server.platform.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `muster restore`: makes a data folder of a backup.
@Command(
    name = "muster restore",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Makes a data folder of a file that muster backup wrote; the server is then started on it.",
      "No server may be running on the folder. The whole file is checked before anything changes."
    },
    footer = {
      "",
      "Examples:",
      "  muster restore fleet.backup --data /var/lib/muster --master-key-file master-key",
      "  muster restore fleet.backup --data /var/lib/muster --replace"
    })
final class RestoreCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "The backup.")
  @SuppressWarnings("NullAway.Init")
  private Path file;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The data folder to make. Default: muster.data, else .muster.")
  private @Nullable Path data;

  @Option(
      names = "--master-key-file",
      paramLabel = "KEYFILE",
      description =
          "The file master-key of the server that the backup was taken from; it is copied into the"
              + " data folder. Default: the key by muster.master-key or muster.master-key-file, else"
              + " the one in the data folder.")
  private @Nullable Path keyFile;

  @Option(
      names = "--replace",
      description =
          "Set a database aside that is in the folder (before-restore-TIME in it); nothing is"
              + " deleted.")
  private boolean replace;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "File of muster.* settings in properties form, as for muster server.")
  private @Nullable Path config;

  @Override
  public Integer call() {
    if (config != null) {
      System.setProperty("smallrye.config.locations", config.toUri().toString());
    }
    List<String> mistakes = SettingsCheck.mistakes();
    if (!mistakes.isEmpty()) {
      System.err.println("Nothing was restored, because of these settings:");
      mistakes.forEach(mistake -> System.err.println("  - " + mistake));
      return 2;
    }
    Settings settings = SettingsCheck.read();
    if (settings.databaseUrl().isPresent()) {
      throw new ParameterException(
          spec.commandLine(),
          "muster.database-url is set, and only an embedded PostgreSQL is restored.");
    }
    try {
      Restore restore =
          new Restore(
              file, data == null ? settings.data() : data, replace, key(settings), keyFile != null);
      tell(restore.run(InstantSource.system(), System.out::println), restore);
      return 0;
    } catch (RuntimeException failure) {
      System.err.println("Nothing was restored. " + ServerCommand.words(failure));
      return 1;
    }
  }

  private @Nullable String key(Settings settings) {
    return Optional.ofNullable(keyFile)
        .or(() -> settings.masterKey().isPresent() ? Optional.empty() : settings.masterKeyFile())
        .map(RestoreCommand::read)
        .or(settings::masterKey)
        .orElse(null);
  }

  private static String read(Path file) {
    try {
      String key = Files.readString(file).strip();
      var _ = MasterKey.of(key);
      return key;
    } catch (IOException failure) {
      throw new IllegalStateException("The file " + file + " cannot be read.", failure);
    } catch (IllegalArgumentException malformed) {
      throw new IllegalStateException(
          "The file " + file + " must hold a master key: 32 bytes in base64url.", malformed);
    }
  }

  private static void tell(Restore.Done done, Restore restore) {
    String taken = done.manifest().takenAt().toString();
    System.out.printf(
        """
        Restored %,d rows of %s into %s. Start the server on it:
          muster server --data %s

        What happened after %s is not in it:
          - Tokens, API keys and accounts that were revoked or closed since are good again, and
            passwords are those of then. Revoke again what must not be.
          - Devices that were deactivated or retired since are active again, and what was erased since is
            there again. Deactivate, retire or erase it again.
          - Devices that enrolled since are not known: they enroll again if they have an enrollment
            token that is good, else they say so and keep asking.
        What is different on purpose:
          - Versions of all devices were raised by %,d, so that none that a device holds is as new.
            Devices show STALE until they have pulled and reported, which they do by themselves.
          - All %,d logins were ended: people log in again.
          - The epoch is %s.
        """,
        done.rows(),
        taken,
        restore.data(),
        restore.data(),
        taken,
        done.settled().jump(),
        done.settled().sessions(),
        done.settled().epoch().id());
    done.before()
        .ifPresent(folder -> System.out.println("What was there before is in " + folder + "."));
  }
}
