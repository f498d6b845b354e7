package dev.muster.agent.core;

import java.io.IOException;
import java.util.Map;

/// A device whose battery loses a percent with each look at it, and which may be unreadable.
final class FakeVitals implements Vitals {
  boolean broken;
  private int percent = 100;

  @Override
  public synchronized Reading read() throws IOException {
    if (broken) {
      throw new IOException("the sensors do not answer");
    }
    return new Reading(
        new Battery(--percent, false, 31.25),
        new Machine(3600, "16", 36, "2026-01-05", "BP1A\0", "Pixel", "Google"),
        new Memory(8192, 6144),
        new Network("wifi", "Shop", null, "10.0.0.7"),
        Map.of("com.example.pos", new App(true, "2.1", 210L)),
        new RunningSignals(true, 12L),
        Map.of());
  }
}
