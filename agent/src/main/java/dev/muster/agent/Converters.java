package dev.muster.agent;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// How option values are read. Each refuses with a sentence that says what would be accepted.
final class Converters {
  private Converters() {}

  /// `http://localhost:8080`.
  static final class Address implements ITypeConverter<ServerAddress> {
    @Override
    public ServerAddress convert(String text) {
      try {
        return ServerAddress.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException("'" + text + "' " + e.getMessage());
      }
    }
  }

  /// `android=6,linux=3,windows=1`.
  static final class Mix implements ITypeConverter<PlatformMix> {
    @Override
    public PlatformMix convert(String text) {
      try {
        return PlatformMix.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException("'" + text + "' " + e.getMessage());
      }
    }
  }

  /// `2%`, as a share from 0 to 1. A bare `2` is refused: it could mean 2 % or twice everything.
  static final class Percent implements ITypeConverter<Double> {
    private static final Pattern PERCENT = Pattern.compile("([0-9]{1,3}(?:\\.[0-9]{1,6})?)%");

    @Override
    public Double convert(String text) {
      Matcher matcher = PERCENT.matcher(text.strip());
      if (matcher.matches()) {
        double percent = Double.parseDouble(matcher.group(1));
        if (percent <= 100) {
          return percent / 100;
        }
      }
      throw new TypeConversionException("'" + text + "' must be a percentage such as 2% or 0.5%");
    }
  }

  /// `500ms`, `10s`, `5m` or `1h`.
  static final class Time implements ITypeConverter<Duration> {
    private static final Pattern TIME = Pattern.compile("([0-9]{1,6})(ms|s|m|h)");

    @Override
    public Duration convert(String text) {
      Matcher matcher = TIME.matcher(text.strip());
      if (matcher.matches() && Long.parseLong(matcher.group(1)) > 0) {
        long count = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
          case "ms" -> Duration.ofMillis(count);
          case "s" -> Duration.ofSeconds(count);
          case "m" -> Duration.ofMinutes(count);
          default -> Duration.ofHours(count);
        };
      }
      throw new TypeConversionException(
          "'" + text + "' must be a time such as 500ms, 10s, 5m or 1h");
    }
  }
}
