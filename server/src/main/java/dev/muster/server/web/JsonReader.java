package dev.muster.server.web;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import dev.muster.protocol.Json;
import dev.muster.server.platform.JsonText;
import java.io.IOException;

/// Reads any JSON value as a [Json].
final class JsonReader extends StdDeserializer<Json> {
  JsonReader() {
    super(Json.class);
  }

  @Override
  public Json getNullValue(DeserializationContext context) {
    return Json.NULL;
  }

  @Override
  public Json deserialize(JsonParser parser, DeserializationContext context) throws IOException {
    return JsonText.read(parser);
  }
}
