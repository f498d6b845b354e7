package dev.muster.server.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class HandlesTest {
  @Property
  void everyWordOfTheAlphabetIsAHandle(@ForAll("words") String word) {
    assertThat(Handles.problem(word)).isNull();
    assertThat(word).matches(Handles.FORM);
  }

  @Provide
  Arbitrary<String> words() {
    return Arbitraries.strings()
        .withCharRange('a', 'z')
        .withCharRange('A', 'Z')
        .withCharRange('0', '9')
        .withChars("._:-")
        .ofMinLength(1)
        .ofMaxLength(128)
        .filter(word -> word.length() != 36 && !word.equals(".") && !word.equals(".."));
  }

  @Property
  void theTwoWaysToCheckAgreeOnAnyText(@ForAll String text) {
    assertThat(Handles.problem(text) == null).isEqualTo(text.matches(Handles.FORM));
  }

  @Example
  void whatAPathCannotCarryIsNoHandle() {
    for (String handle : List.of(".", "..")) {
      assertThat(Handles.problem(handle)).contains("nor be . or ..");
      assertThat(handle).doesNotMatch(Handles.FORM);
    }
    assertThat(Handles.problem("...")).isNull();
    assertThat("...").matches(Handles.FORM);
    assertThat(".a").matches(Handles.FORM);
  }

  @Property
  void oneOddCharacterSpoilsAHandle(@ForAll("words") String word, @ForAll char odd) {
    boolean allowed = String.valueOf(odd).matches("[A-Za-z0-9._:-]");
    if (!allowed) {
      assertThat(Handles.problem(word.substring(1) + odd)).isNotNull();
    }
  }

  @Property
  void noUuidIsAHandle(@ForAll long high, @ForAll long low) {
    String uuid = new UUID(high, low).toString();

    assertThat(Handles.problem(uuid)).isNotNull();
    assertThat(uuid.toUpperCase(java.util.Locale.ROOT)).doesNotMatch(Handles.FORM);
    assertThat(Handles.problem(uuid + "0")).isNull();
  }
}
