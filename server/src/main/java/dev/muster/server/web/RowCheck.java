package dev.muster.server.web;

import dev.muster.server.platform.Refusal;
import jakarta.inject.Singleton;
import jakarta.validation.Validator;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Checks the constraints of one row of a bulk request, for resources that go on with the others.
@Singleton
public final class RowCheck {
  private final Validator validator;

  RowCheck(Validator validator) {
    this.validator = validator;
  }

  /// What a request for this row alone would be refused with, fields named within the row; null
  /// when nothing is wrong with it.
  public @Nullable Refusal refusal(Object row) {
    List<Refusal.FieldError> errors =
        validator.validate(row).stream()
            .map(violation ->
                new Refusal.FieldError(FieldPath.inBody(violation), violation.getMessage()))
            .sorted(Comparator.comparing(Refusal.FieldError::field))
            .toList();
    return errors.isEmpty() ? null : Refusal.invalid(errors);
  }
}
