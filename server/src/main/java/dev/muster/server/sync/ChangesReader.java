package dev.muster.server.sync;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import dev.muster.protocol.Json;
import dev.muster.server.platform.JsonText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Reads the changes of a push. An item with text or a number that is not taken is kept, repaired
/// and marked, so that it is refused alone: refused as a whole the push would come again for ever.
final class ChangesReader extends StdDeserializer<Json.Obj> {
  /// Of an item: what was wrong with it before it was repaired.
  static final String MARK = "_unacceptable";

  private static final long serialVersionUID = 1L;

  ChangesReader() {
    super(Json.Obj.class);
  }

  @Override
  public Json.Obj deserialize(JsonParser parser, DeserializationContext context)
      throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      return (Json.Obj) context.handleUnexpectedToken(Json.Obj.class, parser);
    }
    Map<String, Json> kinds = new TreeMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String kind = JsonText.printable(parser.currentName());
      kinds.put(
          kind,
          parser.nextToken() == JsonToken.START_ARRAY ? items(parser) : JsonText.read(parser));
    }
    return Json.obj(kinds);
  }

  private static Json items(JsonParser parser) throws IOException {
    List<Json> items = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      List<String> problems = new ArrayList<>();
      Json item = JsonText.readRepaired(parser, problems);
      items.add(
          item instanceof Json.Obj object && !problems.isEmpty() ? marked(object, problems) : item);
    }
    return new Json.Arr(items);
  }

  private static Json marked(Json.Obj item, List<String> problems) {
    Map<String, Json> fields = new TreeMap<>(item.fields());
    fields.put(MARK, Json.of(String.join("; ", problems)));
    return Json.obj(fields);
  }
}
