package dev.muster.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.muster.cli.DeviceSheet.Entry;
import dev.muster.cli.client.Failure;
import dev.muster.cli.client.Private;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `muster devices import`: registers the devices of a file.
@Command(
    name = "import",
    description = {
      "Registers the devices of a CSV file, each for itself: one that is refused holds up no other.",
      "The first line names the columns, some of: device_id, name, type, platform, status, tags,",
      "groups (several are parted by ;) and attribute.KEY. Ends with 1 when a device was refused."
    },
    footer = {
      "",
      "Examples:",
      "  muster devices import shops.csv --dry-run",
      "  muster devices import shops.csv --failed again.csv"
    })
final class DevicesImportCommand implements Callable<Integer> {

  private final Muster muster;

  @Parameters(paramLabel = "FILE", description = "The file, in UTF-8.")
  private String name = "";

  @Option(names = "--dry-run", description = "Only look at the file; nothing is sent.")
  private boolean dryRun;

  @Option(
      names = "--failed",
      paramLabel = "FILE",
      description =
          "Where to write the rows that were not registered, with the reason, to be mended and"
              + " imported again.")
  private @Nullable String failedFile;

  @Option(names = "--force", description = "Replace the file of --failed if it exists.")
  private boolean force;

  DevicesImportCommand(Muster muster) {
    this.muster = muster;
  }

  @Override
  public Integer call() {
    DeviceSheet sheet = DeviceSheet.read(Input.read(muster.file(name)));
    Path failures = failedFile == null ? null : muster.file(failedFile);
    if (failures != null && Files.exists(failures) && !force) {
      throw new Failure.Usage(failedFile + " exists already. Name another file, or say --force.");
    }
    var results = new BulkRegistration(muster, dryRun).of(sheet.entries());
    List<Entry> failed =
        sheet.entries().stream().filter(entry -> !results.ofLine(entry).success()).toList();
    if (failures != null && !failed.isEmpty()) {
      Private.write(failures, text(sheet, failed, results));
    }
    report(sheet, failed, results);
    results
        .broken()
        .ifPresent(broken -> {
          throw broken;
        });
    return failed.isEmpty() ? 0 : 1;
  }

  private void report(DeviceSheet sheet, List<Entry> failed, BulkRegistration.Results results) {
    int registered = sheet.entries().size() - failed.size();
    if (muster.json()) {
      ObjectNode answer = Muster.object().put("dry_run", dryRun);
      answer.put(dryRun ? "right" : "registered", registered).put("failed", failed.size());
      var rows = answer.putArray("results");
      for (Entry entry : sheet.entries()) {
        BulkRegistration.Result result = results.ofLine(entry);
        rows.addObject()
            .put("line", entry.line())
            .put("device_id", result.deviceId())
            .put("success", result.success())
            .put("message", result.message())
            .put("status", result.status());
      }
      muster.done(answer, "");
      return;
    }
    failed.stream()
        .filter(results::knows)
        .forEach(entry ->
            muster.done(
                Muster.object(), "Line " + entry.line() + ": " + results.ofLine(entry).message()));
    String outcome =
        dryRun
            ? registered + " of " + sheet.entries().size() + " rows look right; nothing was sent."
            : registered + " registered, " + failed.size() + " failed.";
    muster.done(Muster.object(), outcome);
    if (failedFile != null && !failed.isEmpty()) {
      muster.done(Muster.object(), "The rows that failed are in " + failedFile + ".");
    }
  }

  private static String text(
      DeviceSheet sheet, List<Entry> failed, BulkRegistration.Results results) {
    int reason = sheet.header().indexOf(DeviceSheet.ERROR);
    var lines = new ArrayList<String>();
    var header = new ArrayList<>(sheet.header());
    if (reason < 0) {
      header.add(DeviceSheet.ERROR);
    }
    lines.add(Csv.line(header));
    for (Entry entry : failed) {
      var cells = new ArrayList<>(entry.cells());
      while (cells.size() < sheet.header().size()) {
        cells.add("");
      }
      String message = results.ofLine(entry).message();
      if (reason < 0) {
        cells.add(message);
      } else {
        cells.set(reason, message);
      }
      lines.add(Csv.line(cells));
    }
    return String.join("\n", lines) + "\n";
  }
}
