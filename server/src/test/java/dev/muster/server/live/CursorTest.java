package dev.muster.server.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.Refusal;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CursorTest {
  @Property
  void whatIsGivenOutIsReadBack(
      @ForAll long high, @ForAll long low, @ForAll @LongRange(max = Long.MAX_VALUE) long number) {
    Cursor cursor = new Cursor(new UUID(high, low), number);

    assertThat(Cursor.parse(cursor.text())).isEqualTo(cursor);
    assertThat(cursor.text()).matches("[A-Za-z0-9_-]{34}");
  }

  @Property
  void anythingElseIsRefusedInWords(@ForAll String text) {
    refused(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "AQ", "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="})
  void whatLooksLikeOneIsRefusedToo(String text) {
    refused(text);
  }

  @Property
  void oneThatWasChangedInItsVersionOrSignIsRefused(@ForAll boolean version) {
    String text = new Cursor(Ids.next(), 7).text();
    refused(version ? "Ag" + text.substring(2) : new Cursor(Ids.next(), -7).text());
    refused(text + "A");
    refused(text.substring(1));
  }

  private static void refused(String text) {
    assertThatThrownBy(() -> Cursor.parse(text))
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal -> {
              assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_PARAMETER);
              assertThat(refusal.detail()).startsWith("cursor: must be one that this server gave");
            });
  }
}
