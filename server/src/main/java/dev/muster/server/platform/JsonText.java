package dev.muster.server.platform;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import dev.muster.protocol.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Reads JSON text as [Json] and names it by its content.
public final class JsonText {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final int MOST_DIGITS = 400;

  /// What is wrong with text that is not [#isStorable].
  public static final String UNSTORABLE = "must not contain NUL or a lone surrogate";

  /// Well-formed JSON that Muster does not take. Says where it stands, as an input error does:
  /// `payload.apps[3]`.
  public static final class Unacceptable extends JsonParseException {
    private static final long serialVersionUID = 1L;

    private final String field;

    private Unacceptable(JsonParser parser, String problem) {
      super(parser, problem);
      this.field = path(parser.getParsingContext());
    }

    public String field() {
      return field;
    }
  }

  private JsonText() {}

  /// The object that `text`, which was stored by this server, spells.
  public static Json.Obj parseObject(String text) {
    return (Json.Obj) parse(text);
  }

  /// The value that `text`, which was stored by this server, spells.
  public static Json parse(String text) {
    try (JsonParser parser = FACTORY.createParser(text)) {
      parser.nextToken();
      return read(parser);
    } catch (IOException failure) {
      throw new UncheckedIOException("stored JSON cannot be read", failure);
    }
  }

  /// The value at the present token.
  public static Json read(JsonParser parser) throws IOException {
    return read(parser, null);
  }

  /// The same of a value that is to be kept though something in it is not taken: text that is not
  /// [#isStorable] is made [#printable], and a number of too many digits null.
  ///
  /// @param problems gets a sentence for each, with where it stands
  public static Json readRepaired(JsonParser parser, List<String> problems) throws IOException {
    return read(parser, problems);
  }

  private static Json read(JsonParser parser, @Nullable List<String> problems) throws IOException {
    return switch (parser.currentToken()) {
      case VALUE_TRUE -> Json.of(true);
      case VALUE_FALSE -> Json.of(false);
      case VALUE_STRING -> Json.of(storable(parser, parser.getText(), problems));
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser, problems);
      case VALUE_NULL -> Json.NULL;
      case START_ARRAY -> {
        List<Json> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          items.add(read(parser, problems));
        }
        yield new Json.Arr(items);
      }
      case START_OBJECT -> readObject(parser, problems);
      case NOT_AVAILABLE, END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT ->
          throw new JsonParseException(parser, "unexpected token");
    };
  }

  /// The object that begins at the present token.
  public static Json.Obj readObject(JsonParser parser) throws IOException {
    return readObject(parser, null);
  }

  private static Json.Obj readObject(JsonParser parser, @Nullable List<String> problems)
      throws IOException {
    Map<String, Json> fields = new TreeMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = storable(parser, parser.currentName(), problems);
      parser.nextToken();
      fields.put(key, read(parser, problems));
    }
    return new Json.Obj(fields);
  }

  /// SHA-256, in lower-case hex, of the canonical form: equal values and only they have equal
  /// hashes.
  public static String hash(Json value) {
    try {
      byte[] text = value.canonical().getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /// Whether PostgreSQL and UTF-8 can hold the text: no NUL, no lone surrogate.
  public static boolean isStorable(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0) {
        return false;
      }
      if (Character.isSurrogate(c)) {
        if (!Character.isHighSurrogate(c)
            || i + 1 == text.length()
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          return false;
        }
        i++;
      }
    }
    return true;
  }

  /// The text, with what is not [#isStorable] in it replaced, to be quoted to whoever sent it.
  public static String printable(String text) {
    return isStorable(text)
        ? text
        : new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8)
            .replace((char) 0, '?');
  }

  private static Json number(JsonParser parser, @Nullable List<String> problems)
      throws IOException {
    if (parser.getTextLength() <= 2 * MOST_DIGITS) {
      BigDecimal value = parser.getDecimalValue();
      if (Math.abs((long) value.scale()) <= MOST_DIGITS && value.precision() <= MOST_DIGITS) {
        return new Json.Num(value);
      }
    }
    problem(parser, problems, "must be a number of at most " + MOST_DIGITS + " digits");
    return Json.NULL;
  }

  private static String storable(JsonParser parser, String text, @Nullable List<String> problems)
      throws IOException {
    if (isStorable(text)) {
      return text;
    }
    problem(parser, problems, UNSTORABLE);
    return printable(text);
  }

  private static void problem(JsonParser parser, @Nullable List<String> problems, String problem)
      throws IOException {
    Unacceptable unacceptable = new Unacceptable(parser, problem);
    if (problems == null) {
      throw unacceptable;
    }
    problems.add(printable(unacceptable.field()) + " " + problem);
  }

  private static String path(JsonStreamContext context) {
    JsonStreamContext parent = context.getParent();
    if (parent == null) {
      return "";
    }
    String before = path(parent);
    if (context.inArray()) {
      return before + "[" + context.getCurrentIndex() + "]";
    }
    String name = String.valueOf(context.getCurrentName());
    return before.isEmpty() ? name : before + "." + name;
  }
}
