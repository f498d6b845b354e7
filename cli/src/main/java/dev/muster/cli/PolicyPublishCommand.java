package dev.muster.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.muster.cli.client.Failure;
import dev.muster.cli.client.Route;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `muster policy publish`: a new version with exactly the settings of a file.
@Command(
    name = "publish",
    description = "Publishes a new version with exactly the settings of a JSON file.",
    footer = {
      "",
      "Examples:",
      "  muster policy publish kiosk -f payload.json --comment \"cameras off\"",
      "  echo '{\"cameraDisabled\": true}' | muster policy publish kiosk -f -"
    })
final class PolicyPublishCommand implements Runnable {

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

  private final Muster muster;

  @Parameters(paramLabel = "POLICY", description = "The policy.")
  private String policy = "";

  @Option(
      names = {"-f", "--file"},
      required = true,
      paramLabel = "FILE",
      description = "A file with one JSON object of settings; - reads stdin.")
  private String file = "";

  @Option(names = "--comment", paramLabel = "TEXT", description = "Why, for those who read later.")
  private @Nullable String comment;

  @Option(
      names = "--base-version",
      paramLabel = "N",
      description = "Refuse unless this version is the current one.")
  private @Nullable Integer baseVersion;

  PolicyPublishCommand(Muster muster) {
    this.muster = muster;
  }

  @Override
  public void run() {
    ObjectNode body = Muster.object();
    body.set("payload", payload());
    if (comment != null) {
      body.put("comment", comment);
    }
    if (baseVersion != null) {
      body.put("base_version", baseVersion);
    }
    JsonNode version = muster.api().post(Route.of("/api/policies/{}/versions/", policy), body);
    muster.done(
        version,
        policy
            + " is at version "
            + Cells.text(version, "version")
            + ". Its devices are being woken.");
  }

  private JsonNode payload() {
    boolean piped = file.equals("-");
    String source = piped ? "stdin" : file;
    String text = piped ? Input.read(muster.shell().in()) : Input.read(muster.file(file));
    try {
      if (JSON.readTree(text) instanceof ObjectNode payload) {
        return payload;
      }
    } catch (JsonProcessingException e) {
      // Without Jackson's own sentence, which repeats what it read.
      throw new Failure.Usage(
          source
              + " is not JSON; look at line "
              + e.getLocation().getLineNr()
              + ", column "
              + e.getLocation().getColumnNr()
              + ".");
    }
    throw new Failure.Usage(source + " must hold one JSON object, as {\"cameraDisabled\": true}.");
  }
}
