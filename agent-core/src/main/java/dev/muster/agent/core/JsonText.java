package dev.muster.agent.core;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.muster.protocol.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Reads JSON text. The other direction is [Json#canonical()].
public final class JsonText {
  /// A document that no server of ours sends must not fill an agent's memory or stack.
  private static final JsonFactory FACTORY = factory(4 * 1024 * 1024);

  private static final JsonFactory OF_PAGES = factory(64 * 1024 * 1024);

  private JsonText() {}

  private static JsonFactory factory(long longest) {
    return JsonFactory.builder()
        .streamReadConstraints(
            StreamReadConstraints.builder().maxNestingDepth(64).maxDocumentLength(longest).build())
        .build();
  }

  /// The one value that the text holds.
  ///
  /// @throws IOException when it is not JSON, or more than one value. It says where and repeats
  ///   nothing: the text may hold a secret, and what went wrong is logged.
  public static Json read(String text) throws IOException {
    return read(FACTORY, text);
  }

  private static Json read(JsonFactory factory, String text) throws IOException {
    try (JsonParser parser = factory.createParser(text)) {
      parser.nextToken();
      Json value = value(parser);
      if (parser.nextToken() != null) {
        throw new JsonParseException(parser, "Something follows the JSON value");
      }
      return value;
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      throw new IOException(
          at == null
              ? "Not valid JSON"
              : "Not valid JSON (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")");
    }
  }

  /// The object that the text holds.
  ///
  /// @throws IOException when it holds anything else
  public static Json.Obj readObject(String text) throws IOException {
    if (read(text) instanceof Json.Obj obj) {
      return obj;
    }
    throw new IOException("Not a JSON object");
  }

  /// The same of a page of rows, which may be 64 MiB long.
  public static Json.Obj readPage(String text) throws IOException {
    if (read(OF_PAGES, text) instanceof Json.Obj obj) {
      return obj;
    }
    throw new IOException("Not a JSON object");
  }

  private static Json value(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == null) {
      throw new JsonParseException(parser, "The JSON text ends too early");
    }
    return switch (token) {
      case VALUE_NULL -> Json.NULL;
      case VALUE_TRUE -> Json.of(true);
      case VALUE_FALSE -> Json.of(false);
      case VALUE_STRING -> Json.of(parser.getText());
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Json.Num(parser.getDecimalValue());
      case START_ARRAY -> {
        List<Json> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          items.add(value(parser));
        }
        yield new Json.Arr(items);
      }
      case START_OBJECT -> {
        Map<String, Json> fields = new TreeMap<>();
        for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
          parser.nextToken();
          fields.put(key, value(parser));
        }
        yield new Json.Obj(fields);
      }
      default -> throw new JsonParseException(parser, "Not a JSON value");
    };
  }
}
