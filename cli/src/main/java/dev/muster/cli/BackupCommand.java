package dev.muster.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.muster.cli.client.Failure;
import dev.muster.cli.client.Private;
import dev.muster.cli.client.Route;
import dev.muster.protocol.BackupReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `muster backup`: a copy of everything that the server has, while it runs.
@Command(
    name = "backup",
    description = {
      "Writes a backup of all organizations, taken while the server runs, for muster restore.",
      "For admins of the first organization."
    },
    footer = {"", "Example:", "  muster backup fleet.backup"})
final class BackupCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long PROGRESS_BYTES = 1 << 20;

  private final Muster muster;

  @Parameters(paramLabel = "FILE", description = "Where to write it.")
  @SuppressWarnings("NullAway.Init")
  private String name;

  @Option(names = "--force", description = "Replace the file if it exists.")
  private boolean force;

  BackupCommand(Muster muster) {
    this.muster = muster;
  }

  @Override
  public Integer call() {
    Path file = muster.file(name);
    if (Files.exists(file) && !force) {
      throw new Failure.Usage(name + " exists already. Name another file, or say --force.");
    }
    Checked checked =
        Private.receive(
            file,
            out -> muster.api().download(Route.of("/api/backup"), out, this::progress),
            BackupCommand::check);
    progressIsOver();
    ObjectNode answer =
        Muster.object()
            .put("file", file.toString())
            .put("bytes", checked.bytes())
            .put("rows", checked.rows());
    answer.set("manifest", checked.manifest());
    muster.done(answer, sentence(checked));
    return 0;
  }

  private record Checked(JsonNode manifest, long rows, long bytes) {}

  /// Reads what has been written, as a restore will.
  private static Checked check(Path written) throws IOException {
    try (InputStream in = Files.newInputStream(written);
        BackupReader reader = new BackupReader(in)) {
      JsonNode manifest = JSON.readTree(reader.manifest());
      return new Checked(manifest, reader.verify(), Files.size(written));
    } catch (BackupReader.Damaged | JsonProcessingException damaged) {
      throw new Failure.Unreachable(
          "What the server sent is not a whole backup; its log says why. " + damaged.getMessage(),
          damaged);
    }
  }

  private String sentence(Checked checked) {
    return """
    %s is a whole backup: %,d rows, %s, taken %s.
    It holds hashes of passwords and tokens, and secrets sealed with the server's master key (%s).
    That key is not in it. Keep a copy of the file master-key of the server's data folder (or of
    muster.master-key) in another place: without it nothing can be restored from this file.\
    """
        .formatted(
            name,
            checked.rows(),
            megabytes(checked.bytes()),
            checked.manifest().path("taken_at").asText(),
            checked.manifest().path("master_key").asText());
  }

  /// Only for who watches: a log would be filled by it.
  private void progress(long bytes) {
    if (muster.shell().console().isPresent() && bytes % PROGRESS_BYTES < (1 << 16)) {
      muster.shell().err().print("\r" + megabytes(bytes));
      muster.shell().err().flush();
    }
  }

  private void progressIsOver() {
    if (muster.shell().console().isPresent()) {
      muster.shell().err().println();
    }
  }

  private static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
  }
}
