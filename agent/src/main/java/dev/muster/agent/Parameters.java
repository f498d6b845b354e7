package dev.muster.agent;

import java.io.IOException;
import java.util.Map;

/// The parameters of a command, each refused with a sentence when it is not what it should be.
record Parameters(Map<String, String> values) {

  /// The app that the command is about.
  String app() throws IOException {
    String app = text("package");
    if (!app.matches("[A-Za-z0-9_.+-]{1,255}")) {
      throw new IOException("the parameter package must be the name of an app");
    }
    return app;
  }

  String text(String key) throws IOException {
    String value = values.get(key);
    if (value == null || value.isBlank()) {
      throw new IOException("the parameter " + key + " is missing");
    }
    return value;
  }

  /// A number from 1.
  long whole(String key, long otherwise, long most) throws IOException {
    String value = values.get(key);
    if (value == null) {
      return otherwise;
    }
    if (!value.matches("[0-9]{1,9}") || Long.parseLong(value) < 1 || Long.parseLong(value) > most) {
      throw new IOException("the parameter " + key + " must be a number from 1 to " + most);
    }
    return Long.parseLong(value);
  }
}
