package dev.muster.cli;

import dev.muster.cli.fleet.FleetWords;
import java.util.Iterator;

/// The words that help and completion offer for what the fleet service knows by name. They are read
/// off the .proto when they are shown, and not when a command starts.
final class FleetCandidates {

  private FleetCandidates() {}

  static final class Statuses implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return FleetWords.statuses().iterator();
    }
  }

  static final class Types implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return FleetWords.types().iterator();
    }
  }

  static final class States implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return FleetWords.states().iterator();
    }
  }

  static final class Priorities implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return FleetWords.priorities().iterator();
    }
  }
}
