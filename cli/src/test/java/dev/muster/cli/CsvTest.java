package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.cli.client.Failure;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class CsvTest {

  @Test
  void rowsAreReadWithTheLinesThatTheyBeginOn() {
    assertThat(Csv.rows("\uFEFFa,b\r\n\"x, \"\"y\"\"\",\"two\nlines\"\n\n,z"))
        .containsExactly(
            new Csv.Row(1, List.of("a", "b")),
            new Csv.Row(2, List.of("x, \"y\"", "two\nlines")),
            new Csv.Row(5, List.of("", "z")));
    assertThat(Csv.rows("\n\n")).isEmpty();
  }

  @Test
  void aQuoteOutOfPlaceIsSaidWithItsLine() {
    assertThatThrownBy(() -> Csv.rows("a\n\"b\nc"))
        .isInstanceOf(Failure.Usage.class)
        .hasMessage("Line 2: a quote is opened and not closed.");
    assertThatThrownBy(() -> Csv.rows("a\nb\"c\n"))
        .hasMessageStartingWith("Line 2: a quote stands");
    assertThatThrownBy(() -> Csv.rows("\"a\"b"))
        .hasMessageStartingWith("Line 1: something follows");
  }

  @Property
  void whatIsWrittenIsReadBack(
      @ForAll @Size(min = 2, max = 5) List<@Size(min = 2, max = 4) List<String>> rows) {
    String text = rows.stream().map(Csv::line).collect(Collectors.joining("\n"));
    // A mark at the very beginning is one of the file, not of its first cell.
    String marked = "\uFEFF" + text;

    assertThat(Csv.rows(marked)).extracting(Csv.Row::cells).isEqualTo(rows);
  }
}
