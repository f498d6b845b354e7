package dev.muster.protocol;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A JSON value, immutable. Two values are equal exactly when their canonical texts are, so a value
/// may be compared, hashed and used as a key wherever it meets its text.
///
/// It is here, and not taken from a library, because server, agents and Android must agree on
/// equality to the last digit, and each of them parses with something else.
public sealed interface Json {

  /// The only JSON null.
  Json NULL = new Null();

  /// JSON null.
  record Null() implements Json {
    @Override
    public String canonical() {
      return CanonicalJson.text(this);
    }
  }

  /// `true` or `false`.
  record Bool(boolean value) implements Json {
    @Override
    public String canonical() {
      return CanonicalJson.text(this);
    }
  }

  /// A number of any size. Held without trailing zeros, so that `1`, `1.0` and `1e0` are one value.
  record Num(BigDecimal value) implements Json {
    public Num {
      value = value.signum() == 0 ? BigDecimal.ZERO : value.stripTrailingZeros();
    }

    @Override
    public String canonical() {
      return CanonicalJson.text(this);
    }
  }

  /// A string.
  record Text(String value) implements Json {
    @Override
    public String canonical() {
      return CanonicalJson.text(this);
    }
  }

  /// An array; its order counts.
  record Arr(List<Json> items) implements Json {
    public Arr {
      items = Collections.unmodifiableList(new ArrayList<>(items));
    }

    @Override
    public String canonical() {
      return CanonicalJson.text(this);
    }
  }

  /// An object. The fields are sorted by key in UTF-16 order; the order they came in does not
  /// count.
  record Obj(Map<String, Json> fields) implements Json {
    public Obj {
      fields = Collections.unmodifiableMap(new TreeMap<>(fields));
    }

    @Override
    public String canonical() {
      return CanonicalJson.text(this);
    }
  }

  /// The one text of this value: keys sorted, no spaces, numbers plain and without trailing zeros,
  /// and nothing escaped but what must be. Lone surrogates are escaped, so that the text survives
  /// UTF-8.
  String canonical();

  static Json of(boolean value) {
    return new Bool(value);
  }

  static Json of(long value) {
    return new Num(BigDecimal.valueOf(value));
  }

  static Json of(String value) {
    return new Text(value);
  }

  /// An array of strings, in the order of the collection.
  static Arr texts(Collection<String> values) {
    List<Json> items = new ArrayList<>(values.size());
    for (String value : values) {
      items.add(new Text(value));
    }
    return new Arr(items);
  }

  static Obj obj(Map<String, ? extends Json> fields) {
    return new Obj(new TreeMap<>(fields));
  }
}
