package dev.muster.server.web;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A page of a list: `{count, next, previous, results}`. `next` and `previous` are links, absolute
/// when `muster.public-url` is set and else paths with query, or null at the ends.
public record Page<T>(
    long count, @Nullable String next, @Nullable String previous, List<T> results) {

  public <R> Page<R> map(Function<? super T, ? extends R> wire) {
    return new Page<>(count, next, previous, results.stream().<R>map(wire).toList());
  }
}
