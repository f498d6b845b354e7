package dev.muster.server.viewer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.server.live.Cursor;
import dev.muster.server.platform.ErrorCode;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.Refusal;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestTest {
  @Test
  void everythingOfAllDevicesIsTheShortestMessage() {
    assertThat(Request.parse("{\"watch\": {\"all\": true}}"))
        .isEqualTo(new Request(Set.of(), Set.of(Kind.values()), null));
  }

  @Test
  void devicesKindsAndACursorAreRead() {
    Cursor cursor = new Cursor(Ids.next(), 7);
    String text =
        "{\"watch\": {\"devices\": [\"a\", \"b\", \"a\"], \"kinds\": [\"alert\", \"seen\"]},"
            + " \"cursor\": \""
            + cursor.text()
            + "\"}";
    assertThat(Request.parse(text))
        .isEqualTo(new Request(Set.of("a", "b"), Set.of(Kind.ALERT, Kind.SEEN), cursor));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"watch": 1}                                          | watch
          {}                                                    | watch
          {"watch": {}}                                         | watch
          {"watch": {"all": true, "devices": ["a"]}}            | watch
          {"watch": {"all": false}}                             | watch.all
          {"watch": {"all": "true"}}                            | watch.all
          {"watch": {"all": true}, "more": 1}                   | more
          {"watch": {"all": true, "kind": []}}                  | watch.kind
          {"watch": {"devices": []}}                            | watch.devices
          {"watch": {"devices": "a"}}                           | watch.devices
          {"watch": {"devices": ["a", 1]}}                      | watch.devices[1]
          {"watch": {"devices": ["a\\u0000"]}}                  | watch.devices[0]
          {"watch": {"all": true, "kinds": []}}                 | watch.kinds
          {"watch": {"all": true, "kinds": ["device", "Seen"]}} | watch.kinds[1]
          {"watch": {"all": true}, "cursor": "x"}               | cursor
          {"watch": {"all": true}, "cursor": 5}                 | cursor
          """)
  void whatIsWrongIsNamed(String text, String field) {
    assertThatThrownBy(() -> Request.parse(text))
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal ->
                assertThat(refusal.fields())
                    .extracting(Refusal.FieldError::field)
                    .containsExactly(field));
  }

  @Test
  void whatIsNoObjectOrTooLongIsRefused() {
    refused("", ErrorCode.MALFORMED_REQUEST);
    refused("[]", ErrorCode.MALFORMED_REQUEST);
    refused("{\"watch\"", ErrorCode.MALFORMED_REQUEST);
    refused("[".repeat(60_000), ErrorCode.MALFORMED_REQUEST);
    refused(" ".repeat(Request.MOST_CHARACTERS + 1), ErrorCode.TOO_LARGE);
  }

  @Test
  void noMoreThanSoManyDevicesAreNamed() {
    assertThat(Request.parse(naming(1_000)).devices()).hasSize(1_000);
    refused(naming(1_001), ErrorCode.INVALID_FIELDS);
  }

  private static String naming(int devices) {
    return IntStream.range(0, devices)
        .mapToObj(i -> "\"d" + i + "\"")
        .collect(Collectors.joining(",", "{\"watch\":{\"devices\":[", "]}}"));
  }

  private static void refused(String text, ErrorCode code) {
    assertThatThrownBy(() -> Request.parse(text))
        .isInstanceOfSatisfying(
            Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(code));
  }
}
