package dev.muster.server.task;

import dev.muster.protocol.Json;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.JsonText;
import dev.muster.server.platform.Refusal;
import dev.muster.server.platform.Refusal.FieldError;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The fields of a task that people set, as JSON: what REST, push, merges, history and checksums
/// have in common. A checked value has one form: times are ISO 8601 in UTC, ids in lower case, tags
/// are there once.
public final class TaskFields {
  public static final String TITLE = "title";
  public static final String DESCRIPTION = "description";
  public static final String STATUS = "status";
  public static final String PRIORITY = "priority";
  public static final String DUE_DATE = "due_date";
  public static final String POSITION = "position";
  public static final String PROJECT = "project";
  public static final String ASSIGNED_TO = "assigned_to";
  public static final String DEVICE = "device";
  public static final String GROUP = "group";
  public static final String TAGS = "tags";
  public static final String CUSTOM_FIELDS = "custom_fields";

  /// In the order in which they are told.
  public static final List<String> ALL =
      List.of(
          TITLE,
          DESCRIPTION,
          STATUS,
          PRIORITY,
          DUE_DATE,
          POSITION,
          PROJECT,
          ASSIGNED_TO,
          DEVICE,
          GROUP,
          TAGS,
          CUSTOM_FIELDS);

  /// Those that clients have not always known. Who makes a task and does not name them means null.
  private static final Set<String> LATER = Set.of(DEVICE, GROUP);

  public static final int LONGEST_TITLE = 500;
  private static final int LONGEST_DESCRIPTION = 100_000;
  private static final int MOST_TAGS = 50;
  private static final int LONGEST_TAG = 64;
  private static final int LARGEST_CUSTOM_FIELDS = 32 * 1024;
  private static final long LAST_YEAR_MILLIS = Instant.parse("9999-12-31T23:59:59Z").toEpochMilli();
  private static final BigDecimal MOST_POSITION = BigDecimal.TEN.pow(18);
  private static final String TEXT = "must be a string of %d characters at the most";

  private TaskFields() {}

  /// The fields of a task.
  public static Map<String, Json> of(Task task) {
    Map<String, Json> fields = new LinkedHashMap<>();
    fields.put(TITLE, Json.of(task.title()));
    fields.put(DESCRIPTION, Json.of(task.description()));
    fields.put(STATUS, Json.of(task.status().wireName()));
    fields.put(PRIORITY, Json.of(task.priority().wireName()));
    fields.put(DUE_DATE, orNull(task.dueDate()));
    fields.put(POSITION, Json.of(task.position().toPlainString()));
    fields.put(PROJECT, orNull(task.project()));
    fields.put(ASSIGNED_TO, orNull(task.assignedTo()));
    fields.put(DEVICE, orNull(task.device()));
    fields.put(GROUP, orNull(task.group()));
    fields.put(TAGS, Json.texts(task.tags()));
    fields.put(CUSTOM_FIELDS, task.customFields());
    return fields;
  }

  /// Whether fields that were given for a new task say all of it.
  public static boolean sayAll(Set<String> given) {
    return ALL.stream().allMatch(field -> given.contains(field) || LATER.contains(field));
  }

  /// Those of the fields that are there, checked.
  ///
  /// @throws Refusal `invalid_fields` with all that are wrong
  public static Map<String, Json> checked(Json.Obj given) {
    Map<String, Json> fields = new LinkedHashMap<>();
    List<FieldError> errors = new ArrayList<>();
    for (String field : ALL) {
      Json value = given.fields().get(field);
      if (value == null) {
        continue;
      }
      try {
        fields.put(field, checked(field, value));
      } catch (IllegalArgumentException wrong) {
        errors.add(new FieldError(field, String.valueOf(wrong.getMessage())));
      }
    }
    if (!errors.isEmpty()) {
      throw Refusal.invalid(errors);
    }
    return fields;
  }

  /// Whether a checked value is what was given, at most in other words: times and decimal numbers
  /// have several.
  public static boolean saysTheSame(String field, Json checked, Json given) {
    if (checked.equals(given) || (field.equals(DUE_DATE) && given instanceof Json.Num)) {
      return true;
    }
    return switch (field) {
      case DUE_DATE ->
          given instanceof Json.Text text
              && text.value().contains("T")
              && OffsetDateTime.parse(text.value()).toInstant().equals(instant(checked));
      case POSITION ->
          new BigDecimal(word(checked))
                  .compareTo(
                      given instanceof Json.Num number
                          ? number.value()
                          : new BigDecimal(word(given)))
              == 0;
      default -> false;
    };
  }

  /// Whether the field may have the value.
  public static boolean takes(String field, Json value) {
    try {
      checked(field, value);
      return true;
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  private static Json checked(String field, Json value) {
    return switch (field) {
      case TITLE -> title(value);
      case DESCRIPTION -> isNull(value) ? Json.of("") : text(value, LONGEST_DESCRIPTION);
      case STATUS ->
          Json.of(
              TaskStatus.named(word(value))
                  .map(TaskStatus::wireName)
                  .orElseThrow(() -> new IllegalArgumentException(TaskStatus.RULE)));
      case PRIORITY ->
          Json.of(
              Priority.named(word(value))
                  .map(Priority::wireName)
                  .orElseThrow(() -> new IllegalArgumentException(Priority.RULE)));
      case DUE_DATE -> isNull(value) ? value : Json.of(time(value).toString());
      case POSITION -> position(value);
      case PROJECT, ASSIGNED_TO, DEVICE, GROUP -> isNull(value) ? value : id(value);
      case TAGS -> tags(value);
      case CUSTOM_FIELDS -> customFields(value);
      default -> throw new IllegalStateException(field);
    };
  }

  /// The task with these checked fields.
  public static Task set(Task task, Map<String, Json> checked) {
    Map<String, Json> all = of(task);
    all.putAll(checked);
    return new Task(
        task.id(),
        uuid(all.get(PROJECT)),
        word(all.get(TITLE)),
        word(all.get(DESCRIPTION)),
        TaskStatus.named(word(all.get(STATUS))).orElseThrow(),
        Priority.named(word(all.get(PRIORITY))).orElseThrow(),
        instant(all.get(DUE_DATE)),
        task.completedAt(),
        new BigDecimal(word(all.get(POSITION))),
        uuid(all.get(ASSIGNED_TO)),
        uuid(all.get(DEVICE)),
        uuid(all.get(GROUP)),
        words(all.get(TAGS)),
        all.get(CUSTOM_FIELDS) instanceof Json.Obj custom ? custom : task.customFields(),
        task.createdBy(),
        task.stamp());
  }

  /// Which of the fields differ, with what they were and are, and which value was dropped in favour
  /// of another; empty when none does.
  static Json.Obj changes(
      Map<String, Json> before, Map<String, Json> after, Map<String, Json> dropped) {
    Map<String, Json> changes = new LinkedHashMap<>();
    after.forEach((field, value) -> {
      Json old = before.getOrDefault(field, Json.NULL);
      Json lost = dropped.get(field);
      if (lost != null) {
        changes.put(field, Json.obj(Map.of("old", old, "new", value, "dropped", lost)));
      } else if (!value.equals(old)) {
        changes.put(field, Json.obj(Map.of("old", old, "new", value)));
      }
    });
    return Json.obj(changes);
  }

  /// A time as clients write it: milliseconds since 1970, a date, or a date and time with its zone.
  ///
  /// @throws IllegalArgumentException with what would be right
  public static Instant time(Json value) {
    try {
      if (value instanceof Json.Num number) {
        long millis = number.value().longValueExact();
        if (millis >= 0 && millis <= LAST_YEAR_MILLIS) {
          return Instant.ofEpochMilli(millis);
        }
      } else if (value instanceof Json.Text text) {
        String written = text.value();
        Instant time =
            written.length() == "2026-01-31".length()
                ? LocalDate.parse(written).atStartOfDay().toInstant(ZoneOffset.UTC)
                : OffsetDateTime.parse(written).toInstant();
        if (time.toEpochMilli() <= LAST_YEAR_MILLIS && time.getEpochSecond() >= 0) {
          return time.truncatedTo(ChronoUnit.MICROS);
        }
      }
    } catch (DateTimeParseException | ArithmeticException _) {
      // said below
    }
    throw new IllegalArgumentException(
        "must be a time from 1970 to 9999, such as 2026-01-31T12:00:00Z or 1769860800000 (ms)");
  }

  private static boolean isNull(Json value) {
    return value instanceof Json.Null;
  }

  private static Json title(Json value) {
    if (value instanceof Json.Text text
        && !text.value().isBlank()
        && text.value().codePointCount(0, text.value().length()) <= LONGEST_TITLE) {
      return text;
    }
    throw new IllegalArgumentException("must be a string of 1 to 500 characters");
  }

  private static Json text(Json value, int longest) {
    if (value instanceof Json.Text text && text.value().length() <= longest) {
      return text;
    }
    throw new IllegalArgumentException(TEXT.formatted(longest));
  }

  private static Json position(Json value) {
    try {
      BigDecimal position =
          value instanceof Json.Num number ? number.value() : new BigDecimal(word(value));
      if (position.abs().compareTo(MOST_POSITION) < 0 && position.scale() <= 100) {
        return Json.of(position.setScale(10, RoundingMode.HALF_UP).toPlainString());
      }
    } catch (NumberFormatException _) {
      // said below
    }
    throw new IllegalArgumentException(
        "must be a decimal number below 10^18, such as \"1000.0000000000\"");
  }

  private static Json id(Json value) {
    return Json.of(
        Ids.parse(word(value))
            .map(UUID::toString)
            .orElseThrow(() -> new IllegalArgumentException("must be an id (a UUID) or null")));
  }

  private static Json tags(Json value) {
    Set<String> tags = new LinkedHashSet<>();
    boolean good = value instanceof Json.Arr array && array.items().size() <= MOST_TAGS;
    if (good && value instanceof Json.Arr array) {
      for (Json tag : array.items()) {
        String word = word(tag).strip();
        good &= !word.isEmpty() && word.length() <= LONGEST_TAG;
        tags.add(word);
      }
    }
    if (!good) {
      throw new IllegalArgumentException(
          "must be an array of at most 50 strings of 1 to 64 characters");
    }
    return Json.texts(tags);
  }

  private static Json customFields(Json value) {
    if (value instanceof Json.Obj fields
        && fields.canonical().length() <= LARGEST_CUSTOM_FIELDS
        && JsonText.isStorable(fields.canonical())) {
      return fields;
    }
    throw new IllegalArgumentException("must be an object of 32 KiB at the most");
  }

  /// The text of a JSON string; empty when it is none.
  private static String word(@Nullable Json value) {
    return value instanceof Json.Text text ? text.value() : "";
  }

  private static List<String> words(@Nullable Json value) {
    return value instanceof Json.Arr array
        ? array.items().stream().map(TaskFields::word).toList()
        : List.of();
  }

  private static @Nullable UUID uuid(@Nullable Json value) {
    return value instanceof Json.Text text ? UUID.fromString(text.value()) : null;
  }

  private static @Nullable Instant instant(@Nullable Json value) {
    return value instanceof Json.Text text ? Instant.parse(text.value()) : null;
  }

  private static Json orNull(@Nullable Object value) {
    return Optional.ofNullable(value).map(Object::toString).<Json>map(Json::of).orElse(Json.NULL);
  }
}
