package dev.muster.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TableTest {

  @Test
  void numbersStandToTheRightAndWordsToTheLeft() {
    assertThat(new Table("NAME", "COUNT").row("a", 7).row("bcdef", "-").row("c", 1200).lines())
        .containsExactly("NAME   COUNT", "a          7", "bcdef      -", "c       1200");
  }

  @Test
  void aColumnIsAsWideAsItsWidestCell() {
    assertThat(new Table("A", "B").row("größer 🙂", "x").row("y", "z").lines())
        .containsExactly("A         B", "größer 🙂  x", "y         z");
  }

  @Test
  void withoutRowsThereIsTheHead() {
    assertThat(new Table("A", "B").lines()).containsExactly("A  B");
  }

  @Property
  void noCellReachesTheTerminal(@ForAll @Size(3) List<String> cells) {
    List<String> lines = new Table("A", "B", "C").row(cells.toArray()).lines();

    assertThat(lines).hasSize(2);
    assertThat(String.join("", lines).chars()).noneMatch(Character::isISOControl);
  }
}
