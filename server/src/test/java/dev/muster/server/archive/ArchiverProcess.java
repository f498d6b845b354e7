package dev.muster.server.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.server.archive.Day.State;
import dev.muster.server.archive.HaltingDepot.Halt;
import dev.muster.server.platform.Database;
import dev.muster.server.testing.TestDatabase;
import dev.muster.server.testing.TestPostgres;
import dev.muster.server.testing.TestSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/// An archiver in a process of its own, which can be killed as a server can: nothing that it has
/// begun is tidied up.
final class ArchiverProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long BETWEEN_RUNS_NANOS = 5_000_000;
  private static final String STANDS = "archiver stands";

  private final Process process;
  private final Path errors;

  private ArchiverProcess(Process process, Path errors) {
    this.process = process;
    this.errors = errors;
  }

  /// Starts one that carries the day on until it is dropped or that has failed; where it is told
  /// to, it stands still instead, and waits to be killed.
  static ArchiverProcess start(ArchiveWorld room, LocalDate day, Halt halt) {
    String database = room.world().testDatabase().name();
    try {
      Path errors = Files.createTempFile(room.folder(), "archiver", ".err");
      ProcessBuilder process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xshare:auto",
                  "-XX:TieredStopAtLevel=1",
                  "-XX:+UseSerialGC",
                  "-cp",
                  System.getProperty("java.class.path"),
                  ArchiverProcess.class.getName(),
                  database,
                  TestPostgres.url(database),
                  room.folder().toString(),
                  room.world().clock().instant().toString(),
                  day.toString(),
                  halt.name())
              .redirectError(errors.toFile());
      process.environment().put("TEST_DATABASE_PASSWORD", TestPostgres.password());
      return new ArchiverProcess(process.start(), errors);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /// Waits until it stands where it was told to.
  void awaitStanding() throws IOException {
    boolean stands = process.inputReader().lines().anyMatch(STANDS::equals);
    assertThat(stands).as("it stands; it said: %s", Files.readString(errors)).isTrue();
  }

  /// SIGKILL.
  void kill() throws InterruptedException {
    process.destroyForcibly();
    assertThat(process.waitFor()).isEqualTo(128 + 9);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  /// The archiver.
  public static void main(String[] args) {
    List<String> words = List.of(args);
    Path folder = Path.of(words.get(2));
    InstantSource clock = InstantSource.fixed(Instant.parse(words.get(3)));
    try (TestDatabase database =
        TestDatabase.at(words.get(0), words.get(1), System.getenv("TEST_DATABASE_PASSWORD"))) {
      Depot depot =
          new HaltingDepot(
              new FolderDepot(folder.resolve("archive")),
              Halt.valueOf(words.get(5)),
              ArchiverProcess::stand);
      ArchiveJob job =
          new ArchiveJob(
              database.database(),
              clock,
              new Archivist(
                  clock,
                  database.partitions(clock),
                  depot,
                  folder.resolve("work"),
                  TestSettings.of(Map.of()).history()),
              new ArchiveMetrics(new SimpleMeterRegistry()),
              0);
      carryOn(job, database.database(), LocalDate.parse(words.get(4)), clock.instant());
    }
  }

  /// Runs the job again and again, as a server does, until the day is dropped or that has failed
  /// `now`: what another held when it was killed is free soon, and not at once.
  static void carryOn(ArchiveJob job, Database database, LocalDate day, Instant now) {
    long begin = System.nanoTime();
    do {
      job.run();
      if (System.nanoTime() - begin > PATIENCE.toNanos()) {
        throw new AssertionError("the day is not carried on");
      }
      LockSupport.parkNanos(BETWEEN_RUNS_NANOS);
    } while (!isThrough(database.asOwner(handle -> DayStore.find(handle, day)).orElseThrow(), now));
  }

  private static boolean isThrough(Day day, Instant now) {
    Day.Trouble trouble = day.trouble();
    return day.state() == State.DROPPED || (trouble != null && trouble.at().equals(now));
  }

  /// Until it is killed, or who started it is gone.
  private static void stand() {
    System.out.println(STANDS);
    try {
      int _ = System.in.read();
    } catch (IOException gone) {
      // as good
    }
    Runtime.getRuntime().halt(1);
  }
}
