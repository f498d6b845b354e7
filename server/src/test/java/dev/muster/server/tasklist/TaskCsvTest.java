package dev.muster.server.tasklist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.SequenceWriter;
import dev.muster.protocol.Json;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.JsonText;
import dev.muster.server.platform.Refusal;
import dev.muster.server.task.TaskFields;
import dev.muster.server.task.TaskWire.TaskBody;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TaskCsvTest {
  private static List<TaskRow> read(String file) {
    return TaskCsv.read(file.getBytes(StandardCharsets.UTF_8));
  }

  private static String written(List<TaskBody> tasks) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (SequenceWriter writer = TaskCsv.writer(out)) {
      for (TaskBody task : tasks) {
        writer.write(TaskCsv.line(task));
      }
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  private static TaskBody task(
      String title,
      String description,
      @Nullable UUID project,
      @Nullable Instant due,
      List<String> tags,
      Json.Obj custom) {
    return new TaskBody(
        Ids.next(),
        "organization",
        project,
        null,
        title,
        description,
        "blocked",
        "low",
        due,
        null,
        "-1.5000000000",
        null,
        "=HYPERLINK(1)",
        null,
        null,
        project,
        null,
        null,
        null,
        tags,
        custom,
        7,
        Map.of(),
        null,
        null,
        null,
        "checksum",
        0,
        Instant.EPOCH,
        Instant.EPOCH,
        null);
  }

  private static Map<String, Json> fields(TaskBody task) {
    Map<String, Json> fields = new LinkedHashMap<>();
    fields.put(TaskFields.TITLE, Json.of(task.title()));
    fields.put(TaskFields.DESCRIPTION, Json.of(task.description()));
    fields.put(TaskFields.STATUS, Json.of(task.status()));
    fields.put(TaskFields.PRIORITY, Json.of(task.priority()));
    fields.put(TaskFields.DUE_DATE, orNull(task.dueDate()));
    fields.put(TaskFields.POSITION, Json.of(task.position()));
    fields.put(TaskFields.PROJECT, orNull(task.project()));
    fields.put(TaskFields.ASSIGNED_TO, Json.NULL);
    fields.put(TaskFields.DEVICE, orNull(task.device()));
    fields.put(TaskFields.GROUP, Json.NULL);
    fields.put(TaskFields.TAGS, Json.texts(task.tags()));
    fields.put(TaskFields.CUSTOM_FIELDS, task.customFields());
    return fields;
  }

  private static Json orNull(@Nullable Object value) {
    return value == null ? Json.NULL : Json.of(value.toString());
  }

  @Provide
  Arbitrary<TaskBody> tasks() {
    Arbitrary<String> nasty =
        Arbitraries.of(
                "=", "+", "-", "@", "'", "\"", ",", ";", "\r", "\n", "\t", " ", "a", "ü", "😀", "[",
                "{")
            .list()
            .ofMaxSize(8)
            .map(parts -> String.join("", parts));
    Arbitrary<String> any = Arbitraries.strings().ofMaxLength(30).filter(JsonText::isStorable);
    Arbitrary<String> text = Arbitraries.oneOf(nasty, any);
    Arbitrary<String> tag = text.map(String::strip).filter(word -> !word.isEmpty());
    return Combinators.combine(
            text.filter(title -> !title.isBlank()),
            text,
            Arbitraries.create(Ids::next).injectNull(0.5),
            Arbitraries.longs()
                .between(0, 4_000_000_000L)
                .map(Instant::ofEpochSecond)
                .injectNull(0.5),
            tag.list().uniqueElements().ofMaxSize(3),
            Combinators.combine(text, text)
                .as((key, value) -> Json.obj(Map.of(key, Json.of(value)))))
        .as(TaskCsvTest::task);
  }

  @Property(tries = 300)
  void whatIsWrittenIsReadAsItWas(@ForAll("tasks") TaskBody one, @ForAll("tasks") TaskBody other) {
    List<TaskRow> rows = read(written(List.of(one, other)));
    assertThat(rows).extracting(TaskRow::problems).containsOnly(List.of());
    assertThat(rows).extracting(TaskRow::id).containsExactly(one.id(), other.id());
    List<Map<String, Json>> fields = new ArrayList<>();
    rows.forEach(row -> fields.add(row.fields()));
    assertThat(fields).containsExactly(fields(one), fields(other));
  }

  @Property(tries = 300)
  void noCellIsAFormula(@ForAll("tasks") TaskBody task) throws IOException {
    for (String cell : TaskCsv.line(task)) {
      assertThat(cell).doesNotMatch("(?s)[=+\\-@\t\r].*");
    }
  }

  @Test
  void aFileIsLinesOfCellsAsSpreadsheetsWriteThem() {
    assertThat(written(List.of()))
        .isEqualTo(
            "id,title,description,status,priority,due_date,position,project,assigned_to,device,group,tags,"
                + "custom_fields,project_name,assigned_to_name,device_name,group_name,created_by_name,"
                + "created_at,updated_at,completed_at,version\r\n");
    List<TaskRow> rows =
        read("\uFEFFtitle, priority ,Cost\n\"Say \"\"hi\"\"\",high,3\n\nPlain,,\r\n");
    assertThat(rows).hasSize(2);
    assertThat(rows.getFirst().fields())
        .isEqualTo(Map.of("title", Json.of("Say \"hi\""), "priority", Json.of("high")));
    assertThat(rows.getLast().fields()).isEqualTo(Map.of("title", Json.of("Plain")));
  }

  @Test
  void anEmptyCellIsNothing() {
    assertThat(
            read("title,description,due_date,tags,custom_fields,status\nx,,,,,\n")
                .getFirst()
                .fields())
        .isEqualTo(
            Map.of(
                "title", Json.of("x"),
                "description", Json.of(""),
                "due_date", Json.NULL,
                "tags", Json.texts(List.of()),
                "custom_fields", Json.obj(Map.of())));
  }

  @Test
  void whatIsWrongIsSaidOfItsRow() {
    List<TaskRow> rows =
        read(
            "id,title,tags\nno-uuid,,pumps\n,ok,\"[\"\"a\"\"],[\"\"b\"\"]\"\n,short\n,\"a\0b\",\n");
    assertThat(rows.get(0).problems())
        .extracting(Refusal.FieldError::field)
        .containsExactly("id", "title", "tags");
    assertThat(rows.get(1).problems())
        .extracting(Refusal.FieldError::field)
        .containsExactly("tags");
    assertThat(rows.get(2).problems().getFirst().message()).contains("must have 3 cells");
    assertThat(rows.get(3).problems().getFirst().message()).isEqualTo(JsonText.UNSTORABLE);
    assertThat(rows).extracting(TaskRow::number).containsExactly(1, 2, 3, 4);
  }

  @Test
  void whatIsNoFileOfTasksIsRefused() {
    for (String file : List.of("", "name,cost\na,1\n", "title,title\na,b\n", "title\n\"open\n")) {
      assertThatThrownBy(() -> read(file)).as(file).isInstanceOf(Refusal.class);
    }
  }
}
