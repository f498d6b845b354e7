package dev.muster.server.organization;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The order in which the rows of an organization can be deleted: what refers goes before what it
/// refers to. Where tables refer to each other in a circle, a reference that may be empty is
/// emptied first.
///
/// @param detachments references to empty, before anything is deleted
/// @param tables in the order of deletion
record TenantTables(List<Reference> detachments, List<String> tables) {
  /// A foreign key between two tables.
  ///
  /// @param nullable one of its columns that may be empty, if there is one
  record Reference(String from, String to, @Nullable String nullable) {}

  /// @throws IllegalStateException when a circle cannot be opened
  static TenantTables inOrder(Collection<String> tables, Collection<Reference> references) {
    Set<String> left = new LinkedHashSet<>(tables);
    List<Reference> binding =
        new ArrayList<>(
            references.stream()
                .filter(
                    reference -> left.contains(reference.from()) && left.contains(reference.to()))
                .toList());
    List<Reference> detachments = new ArrayList<>();
    List<String> order = new ArrayList<>();
    while (!left.isEmpty()) {
      List<String> free =
          left.stream()
              .filter(table ->
                  binding.stream()
                      .noneMatch(reference ->
                          reference.to().equals(table) && left.contains(reference.from())))
              .toList();
      order.addAll(free);
      left.removeAll(free);
      if (free.isEmpty()) {
        Reference opened = inACircle(binding, left);
        binding.remove(opened);
        detachments.add(opened);
      }
    }
    return new TenantTables(List.copyOf(detachments), List.copyOf(order));
  }

  private static Reference inACircle(List<Reference> binding, Set<String> left) {
    return binding.stream()
        .filter(reference -> left.contains(reference.from()) && reference.nullable() != null)
        .filter(reference -> reaches(binding, reference.to(), reference.from()))
        .findFirst()
        .orElseThrow(() ->
            new IllegalStateException(
                "These tables refer to each other in a circle that nothing opens: " + left));
  }

  private static boolean reaches(List<Reference> references, String from, String to) {
    Deque<String> next = new ArrayDeque<>(List.of(from));
    Set<String> seen = new HashSet<>();
    while (!next.isEmpty()) {
      String table = next.remove();
      if (table.equals(to)) {
        return true;
      }
      if (seen.add(table)) {
        references.stream()
            .filter(reference -> reference.from().equals(table))
            .forEach(reference -> next.add(reference.to()));
      }
    }
    return false;
  }
}
