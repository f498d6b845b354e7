package dev.muster.cli;

import dev.muster.cli.client.Failure;
import picocli.CommandLine.Option;

/// The consent to what cannot be undone: the name of the thing, typed, or `--yes`.
final class Confirmation {
  @Option(names = "--yes", description = "Do not ask; for scripts.")
  private boolean yes;

  /// @param warning what will be gone, as a sentence
  void require(Shell shell, String warning, String name) {
    if (yes) {
      return;
    }
    String typed =
        shell
            .console()
            .map(console ->
                console.readLine(
                    "%s This cannot be undone.%nType %s to go on: ",
                    Table.printable(warning), Table.printable(name)))
            .orElseThrow(
                () -> new Failure.Usage("Nobody can be asked here: pass --yes if you are sure."));
    if (typed == null || !typed.strip().equals(name)) {
      throw new Failure.Usage("That is not " + name + "; nothing was done.");
    }
  }
}
