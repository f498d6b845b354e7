package dev.muster.server.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The folder `restoring` in a data folder, in which a restore builds a database.
///
/// The database gets its place by a rename when it is whole, so a restore that was killed leaves
/// the database that was there, or none, and never a half one. As long as this folder exists no
/// server starts: none would know whether what it finds is what was wanted. Within the data folder,
/// and not beside it, because that may be a mount point, which cannot be renamed.
public final class RestoringFolder implements AutoCloseable {
  private static final String NAME = "restoring";
  private static final String DATABASE = "postgres";
  private static final String PASSWORD = "postgres-password";

  /// Of the database that was there: they would not fit the restored one.
  private static final List<String> OF_THE_DATABASE = List.of(DATABASE, "admin-password");

  private final DataFolder target;
  private final DataFolder data;

  /// Half of the files may have their place: then the folder stays, and no server starts.
  private boolean installing;

  private RestoringFolder(DataFolder target, DataFolder data) {
    this.target = target;
    this.data = data;
  }

  /// A sentence when a restore of the folder was begun and not finished.
  static @Nullable String unfinished(Path folder) {
    Path restoring = folder.resolve(NAME);
    if (!Files.exists(restoring, LinkOption.NOFOLLOW_LINKS)) {
      return null;
    }
    return "A restore into "
        + folder
        + " was begun and not finished. Run ./muster restore again"
        + (Files.exists(folder.resolve(DATABASE))
            ? " with --replace, or delete "
                + restoring
                + " to go on with the database that is there."
            : ".");
  }

  /// Begins anew; what a killed restore left is removed.
  public static RestoringFolder begin(DataFolder target) {
    Path folder = target.path().resolve(NAME);
    try {
      if (Files.exists(folder)) {
        EmbeddedPostgres.stopLeftover(folder.resolve(DATABASE));
        PostgresBinaries.deleteTree(folder);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(folder + " cannot be removed", failure);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", stopped);
    }
    return new RestoringFolder(target, DataFolder.openToRestore(folder));
  }

  /// Starts the PostgreSQL that the database is built in.
  public EmbeddedPostgres startPostgres(int connections) {
    return EmbeddedPostgres.start(data, connections, target);
  }

  /// Gives the database, whose PostgreSQL has ended, its place. A database that was there is moved
  /// into a folder of the name `aside`, with the secrets that belong to it; nothing is deleted.
  ///
  /// @param masterKey the key to leave in the data folder; null when it is kept elsewhere
  /// @return the folder of what was there before, if anything was
  public Optional<Path> install(String aside, @Nullable String masterKey) {
    Path folder = target.path();
    installing = true;
    try {
      EmbeddedPostgres.stopLeftover(folder.resolve(DATABASE));
      boolean keyDiffers =
          masterKey != null
              && target.findSecret("master-key").filter(old -> !old.equals(masterKey)).isPresent();
      Optional<Path> before =
          target.hasDatabase() || keyDiffers
              ? Optional.of(setAside(folder.resolve(aside)))
              : Optional.empty();
      if (masterKey != null) {
        target.writePrivately(folder.resolve("master-key"), masterKey);
      }
      move(data.path().resolve(PASSWORD), folder.resolve(PASSWORD));
      force(folder);
      move(data.path().resolve(DATABASE), folder.resolve(DATABASE));
      force(folder);
      installing = false;
      return before;
    } catch (IOException failure) {
      throw new UncheckedIOException("The restored database cannot be put in place", failure);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", stopped);
    }
  }

  private Path setAside(Path aside) throws IOException {
    Files.createDirectories(aside);
    for (String secret : List.of(PASSWORD, "master-key")) {
      Path file = target.path().resolve(secret);
      if (Files.exists(file)) {
        Files.copy(file, aside.resolve(secret), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
    for (String name : OF_THE_DATABASE) {
      if (Files.exists(target.path().resolve(name))) {
        move(target.path().resolve(name), aside.resolve(name));
      }
    }
    force(aside);
    return aside;
  }

  private static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void force(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /// Removes the folder, and what is still in it, unless the database was given its place in part.
  @Override
  public void close() {
    data.close();
    if (installing) {
      return;
    }
    try {
      PostgresBinaries.deleteTree(data.path());
      force(target.path());
    } catch (IOException failure) {
      throw new UncheckedIOException(data.path() + " cannot be removed", failure);
    }
  }
}
