package dev.muster.server.fleet;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.DescriptorProtos.SourceCodeInfo.Location;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// What the .proto of the fleet service says of itself: the comments of its elements, and tables of
/// them for a page.
final class ProtoPage {
  private static final String FILE = "device_management.proto";

  private final FileDescriptorProto file;
  private final Map<List<Integer>, String> comments = new HashMap<>();

  private ProtoPage(FileDescriptorProto file) {
    this.file = file;
    for (Location location : file.getSourceCodeInfo().getLocationList()) {
      String comment = location.getLeadingComments().strip().replaceAll("\\s*\\n\\s*", " ");
      comments.put(List.copyOf(location.getPathList()), comment);
    }
  }

  /// Of the descriptor that was built from it, comments included.
  static ProtoPage read() throws IOException {
    try (InputStream bytes =
        Objects.requireNonNull(ProtoPage.class.getResourceAsStream("/device_management.desc"))) {
      return new ProtoPage(
          FileDescriptorSet.parseFrom(bytes).getFileList().stream()
              .filter(file -> file.getName().endsWith(FILE))
              .findFirst()
              .orElseThrow());
    }
  }

  private String comment(Integer... path) {
    return comments.getOrDefault(List.of(path), "");
  }

  /// The names of services, methods, messages, fields, enums and values of which nothing is said.
  List<String> undocumented() {
    List<String> silent = new ArrayList<>();
    walk((name, comment) -> {
      if (!comment.endsWith(".")) {
        silent.add(name);
      }
    });
    return silent;
  }

  /// How many elements there are.
  int size() {
    int[] count = {0};
    walk((_, _) -> count[0]++);
    return count[0];
  }

  private interface Visitor {
    void see(String name, String comment);
  }

  private void walk(Visitor visitor) {
    for (int s = 0; s < file.getServiceCount(); s++) {
      ServiceDescriptorProto service = file.getService(s);
      visitor.see(service.getName(), comment(6, s));
      for (int m = 0; m < service.getMethodCount(); m++) {
        visitor.see(service.getName() + "." + service.getMethod(m).getName(), comment(6, s, 2, m));
      }
    }
    for (int m = 0; m < file.getMessageTypeCount(); m++) {
      DescriptorProto message = file.getMessageType(m);
      visitor.see(message.getName(), comment(4, m));
      for (int f = 0; f < message.getFieldCount(); f++) {
        visitor.see(message.getName() + "." + message.getField(f).getName(), comment(4, m, 2, f));
      }
      for (int o = 0; o < message.getOneofDeclCount(); o++) {
        visitor.see(
            message.getName() + "." + message.getOneofDecl(o).getName(), comment(4, m, 8, o));
      }
    }
    for (int e = 0; e < file.getEnumTypeCount(); e++) {
      EnumDescriptorProto type = file.getEnumType(e);
      visitor.see(type.getName(), comment(5, e));
      for (int v = 0; v < type.getValueCount(); v++) {
        visitor.see(type.getName() + "." + type.getValue(v).getName(), comment(5, e, 2, v));
      }
    }
  }

  /// A row for each method.
  String methods() {
    StringBuilder rows =
        new StringBuilder(
            "| call | request | answer | what it does |\n| --- | --- | --- | --- |\n");
    for (int m = 0; m < file.getService(0).getMethodCount(); m++) {
      MethodDescriptorProto method = file.getService(0).getMethod(m);
      rows.append(
          "| `%s` | %s | %s%s | %s |\n"
              .formatted(
                  method.getName(),
                  link(method.getInputType()),
                  method.getServerStreaming() ? "stream of " : "",
                  link(method.getOutputType()),
                  cell(comment(6, 0, 2, m))));
    }
    return rows.toString();
  }

  /// A section for each message, with a row for each field.
  String messages() {
    StringBuilder text = new StringBuilder();
    for (int m = 0; m < file.getMessageTypeCount(); m++) {
      DescriptorProto message = file.getMessageType(m);
      text.append("### ").append(message.getName()).append("\n\n");
      text.append(comment(4, m)).append("\n\n");
      if (message.getFieldCount() > 0) {
        text.append("| field | number | type | meaning |\n| --- | --- | --- | --- |\n");
      }
      for (int f = 0; f < message.getFieldCount(); f++) {
        FieldDescriptorProto field = message.getField(f);
        text.append(
            "| `%s` | %d | %s | %s |\n"
                .formatted(
                    field.getName(),
                    field.getNumber(),
                    type(message, field),
                    cell(comment(4, m, 2, f))));
      }
      if (message.getFieldCount() > 0) {
        text.append('\n');
      }
    }
    return text.toString();
  }

  /// A section for each enum, with a row for each value.
  String enums() {
    StringBuilder text = new StringBuilder();
    for (int e = 0; e < file.getEnumTypeCount(); e++) {
      EnumDescriptorProto type = file.getEnumType(e);
      text.append("### ").append(type.getName()).append("\n\n");
      text.append(comment(5, e)).append("\n\n");
      text.append("| value | number | meaning |\n| --- | --- | --- |\n");
      for (int v = 0; v < type.getValueCount(); v++) {
        text.append(
            "| `%s` | %d | %s |\n"
                .formatted(
                    type.getValue(v).getName(),
                    type.getValue(v).getNumber(),
                    cell(comment(5, e, 2, v))));
      }
      text.append('\n');
    }
    return text.toString();
  }

  private static String cell(String comment) {
    return comment.replace("|", "\\|");
  }

  private static String bare(String typeName) {
    return typeName.substring(typeName.lastIndexOf('.') + 1);
  }

  private static String link(String typeName) {
    String name = bare(typeName);
    return "[%s](#%s)".formatted(name, name.toLowerCase(java.util.Locale.ROOT));
  }

  private static String type(DescriptorProto message, FieldDescriptorProto field) {
    boolean map =
        message.getNestedTypeList().stream()
            .anyMatch(nested ->
                nested.getOptions().getMapEntry()
                    && bare(field.getTypeName()).equals(nested.getName()));
    if (map) {
      return "map of string to string";
    }
    String one =
        field.getType() == FieldDescriptorProto.Type.TYPE_MESSAGE
                || field.getType() == FieldDescriptorProto.Type.TYPE_ENUM
            ? link(field.getTypeName())
            : field.getType().name().substring("TYPE_".length()).toLowerCase(java.util.Locale.ROOT);
    return field.getLabel() == Label.LABEL_REPEATED ? "repeated " + one : one;
  }
}
