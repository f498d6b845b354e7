package dev.muster.server.web;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import dev.muster.protocol.Json;
import java.io.IOException;

/// Writes a [Json] as it is.
final class JsonWriter extends StdSerializer<Json> {
  JsonWriter() {
    super(Json.class);
  }

  @Override
  public void serialize(Json value, JsonGenerator generator, SerializerProvider provider)
      throws IOException {
    generator.writeRawValue(value.canonical());
  }
}
