package dev.muster.server;

import io.quarkus.runtime.annotations.QuarkusMain;
import picocli.CommandLine;

/// The entry of the server process.
@QuarkusMain
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    // Quarkus would answer a bad path with an empty 400; the gate says what is wrong with it.
    System.setProperty("vertx.disableURIValidation", "true");
    boolean restores = args.length > 0 && args[0].equals("restore");
    System.exit(
        restores
            ? new CommandLine(new RestoreCommand()).execute(withoutLeading("restore", args))
            : new CommandLine(new ServerCommand()).execute(withoutLeading("server", args)));
  }

  private static String[] withoutLeading(String word, String[] args) {
    return args.length > 0 && args[0].equals(word)
        ? java.util.Arrays.copyOfRange(args, 1, args.length)
        : args;
  }
}
