package dev.muster.server.web;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import dev.muster.protocol.Json;
import dev.muster.server.platform.JsonText;
import java.io.IOException;

/// Reads a JSON object, and nothing else, as a [Json.Obj].
final class JsonObjectReader extends StdDeserializer<Json.Obj> {
  JsonObjectReader() {
    super(Json.Obj.class);
  }

  @Override
  public Json.Obj deserialize(JsonParser parser, DeserializationContext context)
      throws IOException {
    return parser.currentToken() == JsonToken.START_OBJECT
        ? JsonText.readObject(parser)
        : (Json.Obj) context.handleUnexpectedToken(Json.Obj.class, parser);
  }
}
