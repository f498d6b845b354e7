package dev.muster.cli.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import java.util.List;

/// Messages of the fleet service as JSON with the field names of the .proto: whole numbers as
/// numbers, enum values by name, and every field written out that has no presence of its own.
/// protobuf's own JSON has int64 as text and is one more library.
final class FleetJson {

  private FleetJson() {}

  static ObjectNode of(Message message) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (field.isMapField()) {
        ObjectNode map = json.putObject(field.getName());
        for (Object entry : (List<?>) message.getField(field)) {
          var pair = (MapEntry<?, ?>) entry;
          map.set(pair.getKey().toString(), value(pair.getValue()));
        }
      } else if (field.isRepeated()) {
        ArrayNode list = json.putArray(field.getName());
        ((List<?>) message.getField(field)).forEach(item -> list.add(value(item)));
      } else if (!field.hasPresence() || message.hasField(field)) {
        json.set(field.getName(), value(message.getField(field)));
      }
    }
    return json;
  }

  private static JsonNode value(Object value) {
    JsonNodeFactory json = JsonNodeFactory.instance;
    return switch (value) {
      case Message message -> of(message);
      case EnumValueDescriptor word -> json.textNode(word.getName());
      case Boolean flag -> json.booleanNode(flag);
      case Integer number -> json.numberNode(number);
      case Long number -> json.numberNode(number);
      default -> json.textNode(value.toString());
    };
  }
}
