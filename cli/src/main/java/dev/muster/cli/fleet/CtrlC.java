package dev.muster.cli.fleet;

import dev.muster.cli.client.Failure;
import org.jline.utils.Signals;

/// Ctrl-C as an end that a command was told of: it interrupts the work, which then ends with a
/// sentence instead of in the middle of a line.
final class CtrlC {

  interface Work {
    int run() throws InterruptedException;
  }

  private CtrlC() {}

  /// Runs the work to its exit code, or until Ctrl-C: then `farewell` runs and the code is 130.
  static int ends(Work work, Runnable farewell) {
    Object before = Signals.register("INT", Thread.currentThread()::interrupt);
    try {
      return work.run();
    } catch (InterruptedException | Failure.Interrupted _) {
      // The end that was asked for: what follows is not to be interrupted again by it.
      Thread.interrupted();
      farewell.run();
      return 130;
    } finally {
      Signals.unregister("INT", before);
    }
  }
}
