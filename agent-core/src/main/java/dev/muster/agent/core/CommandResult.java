package dev.muster.agent.core;

import dev.muster.protocol.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// What became of a command. Its texts are ones that every server and store takes: see [PlainText].
///
/// @param message a sentence for people, at most 500 characters; what is longer is cut
/// @param data what the command was to find out; at most 256 KiB as JSON
/// @param leaves the device was erased by it: once the server knows, the agent forgets who it is
public record CommandResult(Outcome outcome, String message, Json.Obj data, boolean leaves) {
  static final int LONGEST_MESSAGE = 500;
  private static final int MOST_DATA = 256 * 1024;
  private static final Json.Obj NOTHING = new Json.Obj(Collections.emptyMap());

  /// How a command may end.
  public enum Outcome {
    SUCCESS,
    FAILED,
    CANCELLED,
    REFUSED,
    UNSUPPORTED;

    /// The word on the wire.
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public CommandResult {
    message = PlainText.of(message);
    data = PlainText.of(data);
    if (data.canonical().getBytes(StandardCharsets.UTF_8).length > MOST_DATA) {
      message = cut(message, LONGEST_MESSAGE - 60) + " (its data was too large to be sent)";
      data = NOTHING;
    }
    message = cut(message, LONGEST_MESSAGE);
  }

  public static CommandResult success(String message) {
    return new CommandResult(Outcome.SUCCESS, message, NOTHING, false);
  }

  public static CommandResult failed(String message) {
    return new CommandResult(Outcome.FAILED, message, NOTHING, false);
  }

  public static CommandResult refused(String message) {
    return new CommandResult(Outcome.REFUSED, message, NOTHING, false);
  }

  public static CommandResult unsupported(String message) {
    return new CommandResult(Outcome.UNSUPPORTED, message, NOTHING, false);
  }

  static CommandResult cancelled(String message) {
    return new CommandResult(Outcome.CANCELLED, message, NOTHING, false);
  }

  /// The same with something found out.
  public CommandResult with(Json.Obj found) {
    return new CommandResult(outcome, message, found, leaves);
  }

  /// The same, and the device was erased by it.
  public CommandResult leaving() {
    return new CommandResult(outcome, message, data, true);
  }

  /// For stores; [#fromJson] reads it back.
  public Json.Obj toJson() {
    Map<String, Json> fields = new TreeMap<>();
    fields.put("outcome", Json.of(outcome.name()));
    fields.put("message", Json.of(message));
    fields.put("data", data);
    fields.put("leaves", Json.of(leaves));
    return new Json.Obj(fields);
  }

  /// @throws IOException when [#toJson] did not write it
  public static CommandResult fromJson(Json.Obj json) throws IOException {
    Map<String, Json> fields = json.fields();
    if (fields.get("outcome") instanceof Json.Text outcome
        && fields.get("message") instanceof Json.Text message
        && fields.get("data") instanceof Json.Obj data
        && fields.get("leaves") instanceof Json.Bool leaves) {
      for (Outcome known : Outcome.values()) {
        if (known.name().equals(outcome.value())) {
          return new CommandResult(known, message.value(), data, leaves.value());
        }
      }
    }
    throw new IOException("not a command's result");
  }

  /// Text of at most so many UTF-16 units, and no half of a character at its end.
  static String cut(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most;
    return text.substring(0, end);
  }
}
