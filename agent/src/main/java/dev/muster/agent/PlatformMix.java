package dev.muster.agent;

import dev.muster.protocol.Platform;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/// Which platforms a simulated fleet is made of, by weight.
record PlatformMix(List<Platform> deck) {
  private static final int MAX_WEIGHT = 1000;

  /// Reads `android=60,linux=30,windows=10`.
  ///
  /// @throws IllegalArgumentException with a sentence that says what would be accepted
  static PlatformMix parse(String text) {
    List<Platform> deck = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      String[] pair = part.split("=", 2);
      deck.addAll(Collections.nCopies(weight(pair), platform(pair[0])));
    }
    // Shuffled, but the same way each time, so that a device keeps its platform across restarts.
    Collections.shuffle(deck, new Random(0));
    return new PlatformMix(List.copyOf(deck));
  }

  private static Platform platform(String name) {
    return Arrays.stream(Platform.values())
        .filter(platform -> platform.name().equalsIgnoreCase(name.strip()))
        .findAny()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "has the unknown platform '"
                    + name
                    + "'; there are "
                    + Arrays.toString(Platform.values()).toLowerCase(Locale.ROOT)));
  }

  private static int weight(String[] pair) {
    if (pair.length == 2 && pair[1].strip().matches("[0-9]{1,4}")) {
      int weight = Integer.parseInt(pair[1].strip());
      if (weight >= 1 && weight <= MAX_WEIGHT) {
        return weight;
      }
    }
    throw new IllegalArgumentException(
        "must be platforms with weights from 1 to 1000, such as android=6,linux=3,windows=1");
  }

  /// The platform of the device with this number.
  Platform of(int number) {
    return deck.get(Math.floorMod(number, deck.size()));
  }
}
