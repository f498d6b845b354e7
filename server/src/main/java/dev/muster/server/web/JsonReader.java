package dev.muster.server.web;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import dev.muster.protocol.Json;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Reads any JSON value as a [Json].
final class JsonReader extends StdDeserializer<Json> {
  private static final int MOST_DIGITS = 400;

  JsonReader() {
    super(Json.class);
  }

  @Override
  public Json getNullValue(DeserializationContext context) {
    return Json.NULL;
  }

  @Override
  public Json deserialize(JsonParser parser, DeserializationContext context) throws IOException {
    return read(parser);
  }

  static Json read(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case VALUE_TRUE -> Json.of(true);
      case VALUE_FALSE -> Json.of(false);
      case VALUE_STRING -> Json.of(text(parser, parser.getText()));
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser);
      case START_ARRAY -> {
        List<Json> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          items.add(read(parser));
        }
        yield new Json.Arr(items);
      }
      case START_OBJECT -> object(parser);
      case VALUE_NULL -> Json.NULL;
      case NOT_AVAILABLE, END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT ->
          throw JsonMappingException.from(parser, "unexpected token");
    };
  }

  static Json.Obj object(JsonParser parser) throws IOException {
    Map<String, Json> fields = new TreeMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = text(parser, parser.currentName());
      parser.nextToken();
      fields.put(key, read(parser));
    }
    return new Json.Obj(fields);
  }

  private static Json number(JsonParser parser) throws IOException {
    BigDecimal value = parser.getDecimalValue();
    if (Math.abs((long) value.scale()) > MOST_DIGITS) {
      throw JsonMappingException.from(parser, "a number with too many digits");
    }
    return new Json.Num(value);
  }

  private static String text(JsonParser parser, String text) throws IOException {
    if (!JsonShapes.isStorable(text)) {
      throw JsonMappingException.from(parser, JsonShapes.UNREADABLE);
    }
    return text;
  }
}
