package dev.muster.protocol;

import java.math.BigDecimal;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Provide;
import net.jqwik.api.domains.DomainContextBase;

/// Random JSON values, payloads and reports for property tests.
final class Jsons extends DomainContextBase {
  @Provide
  Arbitrary<Json> values() {
    return json(3);
  }

  @Provide
  Arbitrary<Json.Obj> payloads() {
    return Arbitraries.maps(
            Arbitraries.of("a", "b", "cameraDisabled", "passwordMinLength"), json(1))
        .ofMaxSize(4)
        .map(Json.Obj::new)
        .flatMap(free ->
            Arbitraries.maps(Arbitraries.of("appsRequired", "appsBlocked"), packages())
                .map(sets -> Payloads.override(free, Json.obj(sets))));
  }

  private static Arbitrary<Json.Arr> packages() {
    return Arbitraries.of("org.one", "org.two", "org.three", "vim", "g++").set().map(Json::texts);
  }

  private static Arbitrary<Json> json(int depth) {
    Arbitrary<Json> leaves =
        Arbitraries.oneOf(
            Arbitraries.just(Json.NULL),
            Arbitraries.of(true, false).map(Json::of),
            Arbitraries.integers().between(-3, 300).map(Json::of),
            Arbitraries.bigDecimals().map(Json.Num::new),
            Arbitraries.integers()
                .between(-400, 400)
                .map(e -> new Json.Num(new BigDecimal("1e" + e))),
            text().map(Json::of));
    if (depth == 0) {
      return leaves;
    }
    Arbitrary<Json> inner = json(depth - 1);
    return Arbitraries.oneOf(
        leaves,
        inner.list().ofMaxSize(3).map(Json.Arr::new),
        Arbitraries.maps(text(), inner).ofMaxSize(3).map(Jsons::object));
  }

  private static Json object(Map<String, Json> fields) {
    return new Json.Obj(fields);
  }

  /// Short texts, of characters that quoting has to get right.
  private static Arbitrary<String> text() {
    return Arbitraries.of("a", "B", "\"", "\\", "/", "\n", "\u0000", "é", "\ud83d", "\ude00", "1")
        .list()
        .ofMaxSize(4)
        .map(parts -> String.join("", parts));
  }
}
