package dev.muster.server.action;

import java.net.URI;
import java.net.URISyntaxException;

/// A parameter that a type of action takes. On the wire all of them are texts.
record Parameter(String name, boolean required, Kind kind) {
  /// What a parameter's text may be.
  enum Kind {
    TEXT("must have 500 characters at the most"),
    PACKAGE("must be the name of a package, such as com.example.app"),
    URL("must be an http or https address without a password"),
    SHA256("must be a SHA-256 in 64 hexadecimal digits"),
    SECONDS("must be a whole number from 1 to 3600"),
    LINES("must be a whole number from 1 to 10000"),
    PERMISSIONS("must be names of permissions, with commas between them"),
    SCRIPT("must be a script of 1 to 65536 characters"),
    /// Compared with the device's id where that is known.
    CONFIRMATION("must be the id of the device");

    private final String rule;

    Kind(String rule) {
      this.rule = rule;
    }

    /// Ends the sentence "The parameter …".
    String rule() {
      return rule;
    }

    boolean accepts(String text) {
      return switch (this) {
        case TEXT -> text.length() <= 500;
        case PACKAGE -> text.matches("[A-Za-z0-9_.+-]{1,255}");
        case URL -> isUrl(text);
        case SHA256 -> text.matches("[0-9a-fA-F]{64}");
        case SECONDS -> isWithin(text, 1, 3600);
        case LINES -> isWithin(text, 1, 10_000);
        case PERMISSIONS -> text.matches("[A-Za-z0-9_.]{1,200}(,[A-Za-z0-9_.]{1,200}){0,99}");
        case SCRIPT -> !text.isBlank() && text.length() <= 65_536;
        case CONFIRMATION -> !text.isEmpty();
      };
    }

    private static boolean isWithin(String text, int least, int most) {
      if (!text.matches("[0-9]{1,6}")) {
        return false;
      }
      int number = Integer.parseInt(text);
      return number >= least && number <= most;
    }

    private static boolean isUrl(String text) {
      try {
        URI url = new URI(text);
        return text.length() <= 2_000
            && url.getHost() != null
            && url.getUserInfo() == null
            && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()));
      } catch (URISyntaxException _) {
        return false;
      }
    }
  }

  static Parameter required(String name, Kind kind) {
    return new Parameter(name, true, kind);
  }

  static Parameter optional(String name, Kind kind) {
    return new Parameter(name, false, kind);
  }
}
