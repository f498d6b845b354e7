package dev.muster.cli.fleet;

import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import dev.muster.cli.client.Failure;
import dev.muster.fleet.ActionPriority;
import dev.muster.fleet.ActionState;
import dev.muster.fleet.ActionType;
import dev.muster.fleet.DeviceStatus;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The words of the fleet service's enums as people write them: in any case, and without the
/// prefixes that only keep them apart in the .proto. The word for «not said» is a word too; what it
/// means is the server's to say.
public final class FleetWords {

  private static final String STATE = "STATE_";
  private static final String PRIORITY = "PRIORITY_";

  private FleetWords() {}

  static DeviceStatus status(String word) {
    return DeviceStatus.forNumber(number(DeviceStatus.getDescriptor(), "", word, "status"));
  }

  static ActionType type(String word) {
    return ActionType.forNumber(number(ActionType.getDescriptor(), "", word, "action type"));
  }

  static ActionState state(String word) {
    return ActionState.forNumber(number(ActionState.getDescriptor(), STATE, word, "state"));
  }

  static ActionPriority priority(@Nullable String word) {
    return word == null
        ? ActionPriority.PRIORITY_UNKNOWN
        : ActionPriority.forNumber(
            number(ActionPriority.getDescriptor(), PRIORITY, word, "priority"));
  }

  private static int number(EnumDescriptor all, String prefix, String word, String what) {
    String wanted = word.toUpperCase(Locale.ROOT);
    EnumValueDescriptor found = all.findValueByName(prefix + wanted);
    if (found == null) {
      found = all.findValueByName(wanted);
    }
    if (found == null) {
      throw new Failure.Told(
          "Error: Invalid %s '%s'\n  One of: %s"
              .formatted(what, word.replace('\n', ' '), String.join(", ", words(all, prefix))),
          2);
    }
    return found.getNumber();
  }

  private static List<String> words(EnumDescriptor all, String prefix) {
    return all.getValues().stream()
        .filter(value -> value.getNumber() != 0)
        .map(value -> value.getName().substring(prefix.length()))
        .toList();
  }

  public static List<String> statuses() {
    return words(DeviceStatus.getDescriptor(), "");
  }

  public static List<String> types() {
    return words(ActionType.getDescriptor(), "");
  }

  public static List<String> states() {
    return words(ActionState.getDescriptor(), STATE);
  }

  public static List<String> priorities() {
    return words(ActionPriority.getDescriptor(), PRIORITY);
  }

  /// A state without its prefix. A newer server may have one that has no name here.
  static String name(ActionState state, int number) {
    return state == ActionState.UNRECOGNIZED
        ? String.valueOf(number)
        : state.name().substring(STATE.length());
  }

  /// A priority without its prefix.
  static String name(ActionPriority priority, int number) {
    return priority == ActionPriority.UNRECOGNIZED
        ? String.valueOf(number)
        : priority.name().substring(PRIORITY.length());
  }

  /// A word of an enum, or its number when a newer server sent one that has no name here.
  static String name(Enum<?> word, int number) {
    return word.name().equals("UNRECOGNIZED") ? String.valueOf(number) : word.name();
  }
}
