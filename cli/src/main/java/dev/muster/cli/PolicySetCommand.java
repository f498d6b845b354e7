package dev.muster.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.muster.cli.SettingWords.Word;
import dev.muster.cli.client.Api;
import dev.muster.cli.client.Failure;
import dev.muster.cli.client.Route;
import dev.muster.protocol.Catalogue;
import dev.muster.protocol.Payloads;
import dev.muster.protocol.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `muster policy set`: changes some settings of a policy and leaves the others. The server reads,
/// changes and publishes in one step, so two operators who do this at once both get their change.
@Command(
    name = "set",
    description = {
      "Publishes a new version in which the named settings have the given values.",
      "Lists are written with commas: appsRequired=com.example.one,com.example.two",
      "A secret setting is taken from a file or from stdin only: others on this machine can read"
          + " command lines."
    },
    footer = {
      "",
      "Examples:",
      "  muster policy set kiosk cameraDisabled=false screenLockSeconds=120",
      "  muster policy set kiosk --unset minOsVersion",
      "  muster policy set office --from-file wifiNetworks=wifi.json",
      "  pass show wifi | muster policy set office --from-file wifiNetworks=-"
    })
final class PolicySetCommand implements Runnable {

  private final Muster muster;

  @Parameters(index = "0", paramLabel = "POLICY", description = "The policy.")
  private String policy = "";

  @Parameters(index = "1..*", paramLabel = "KEY=VALUE", description = "The settings to change.")
  private List<String> words = List.of();

  @Option(
      names = "--from-file",
      paramLabel = "KEY=FILE",
      description = "A setting whose value is in a file; - reads stdin.")
  private List<String> files = List.of();

  @Option(names = "--unset", paramLabel = "KEY", description = "A setting to take out.")
  private List<String> unset = List.of();

  @Option(names = "--comment", paramLabel = "TEXT", description = "Why, for those who read later.")
  private @Nullable String comment;

  PolicySetCommand(Muster muster) {
    this.muster = muster;
  }

  @Override
  public void run() {
    if (words.isEmpty() && files.isEmpty() && unset.isEmpty()) {
      throw new Failure.Usage("Nothing to change: name KEY=VALUE, --from-file or --unset KEY.");
    }
    List<Word> settings = new ArrayList<>(Word.all(words));
    settings.forEach(PolicySetCommand::refuseSecret);
    settings.addAll(filed());
    Api api = muster.api();
    boolean allKnown = settings.stream().allMatch(word -> Catalogue.find(word.key()).isPresent());
    boolean freeKeys =
        !allKnown
            && api.get(Route.of("/api/policies/{}/", policy))
                .path("type")
                .asText()
                .equals("CUSTOM");
    ObjectNode body = Muster.object();
    ObjectNode set = body.putObject("set");
    for (Word word : settings) {
      set.set(word.key(), value(word, freeKeys));
    }
    unset.forEach(body.putArray("unset")::add);
    if (comment != null) {
      body.put("comment", comment);
    }
    JsonNode version = api.patch(Route.of("/api/policies/{}/settings/", policy), body);
    muster.done(
        version,
        policy
            + " is at version "
            + Cells.text(version, "version")
            + ". Its devices are being woken; watch them: muster compliance");
  }

  private static void refuseSecret(Word word) {
    if (Payloads.isSecret(word.key())) {
      throw new Failure.Usage(
          word.key()
              + " is secret, and others on this machine can read command lines. Write it to a file"
              + " or to stdin: --from-file "
              + word.key()
              + "=FILE");
    }
  }

  private List<Word> filed() {
    List<Word> named = Word.all(files);
    if (named.stream().filter(word -> word.value().equals("-")).count() > 1) {
      throw new Failure.Usage("Only one setting can be read from stdin.");
    }
    return named.stream().map(word -> new Word(word.key(), read(word.value()))).toList();
  }

  private String read(String file) {
    String text =
        file.equals("-") ? Input.read(muster.shell().in()) : Input.read(muster.file(file));
    return text.strip();
  }

  private static JsonNode value(Word word, boolean freeKeys) {
    Optional<Setting> known = Catalogue.find(word.key());
    if (known.isPresent()) {
      return SettingWords.typed(known.get(), word.value());
    }
    if (freeKeys) {
      return SettingWords.free(word.value());
    }
    throw SettingWords.unknown(word.key());
  }
}
