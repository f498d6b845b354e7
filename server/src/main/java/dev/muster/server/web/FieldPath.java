package dev.muster.server.web;

import jakarta.validation.ConstraintViolation;
import jakarta.validation.ElementKind;
import jakarta.validation.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where in a request a constraint is violated, spelled as the caller wrote it: `device_ids[3]`,
/// and not `register.body.device_ids[3].<list element>`. [WireNames] gives the names.
final class FieldPath {
  private FieldPath() {}

  /// Within the body that a resource method was called with; null when what is wrong is another
  /// parameter.
  static @Nullable String inArgument(ConstraintViolation<?> violation) {
    List<Path.Node> nodes = nodes(violation);
    return nodes.size() <= 2 ? null : text(nodes.subList(2, nodes.size()));
  }

  /// Within a body that was validated by itself.
  static String inBody(ConstraintViolation<?> violation) {
    return text(nodes(violation));
  }

  private static String text(List<Path.Node> nodes) {
    StringBuilder path = new StringBuilder();
    for (Path.Node node : nodes) {
      if (node.getIndex() != null) {
        path.append('[').append(node.getIndex()).append(']');
      } else if (node.getKey() != null) {
        path.append('.').append(node.getKey());
      }
      if (node.getKind() != ElementKind.CONTAINER_ELEMENT && node.getName() != null) {
        path.append(path.isEmpty() ? "" : ".").append(node.getName());
      }
    }
    return path.toString();
  }

  /// The name of the violated parameter of a resource method.
  static String parameter(ConstraintViolation<?> violation) {
    String name = nodes(violation).getLast().getName();
    return name == null ? "request" : name;
  }

  /// The method, its parameter, and then the path within the body.
  private static List<Path.Node> nodes(ConstraintViolation<?> violation) {
    List<Path.Node> nodes = new ArrayList<>();
    violation.getPropertyPath().forEach(nodes::add);
    return nodes;
  }
}
