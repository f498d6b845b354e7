package dev.muster.server.live;

/// How much a change takes in memory besides its constant part, roughly, in characters.
final class Weight {
  private Weight() {}

  static int of(Change change) {
    return switch (change) {
      case Change.OfDevice device -> device.view().name().length();
      case Change.OfAction action -> of(action);
      case Change.OfAlert alert -> alert.alert().summary().length();
      case Change.OfCompliance _, Change.OfManyStates _, Change.Erased _ -> 0;
    };
  }

  private static int of(Change.OfAction change) {
    int weight = 0;
    for (var parameter : change.action().order().params().entrySet()) {
      weight += parameter.getKey().length() + parameter.getValue().length();
    }
    var end = change.action().end();
    return end == null || end.result() == null
        ? weight
        : weight + end.result().canonical().length();
  }
}
