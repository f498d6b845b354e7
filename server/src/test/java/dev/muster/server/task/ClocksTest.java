package dev.muster.server.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.muster.protocol.Json;
import dev.muster.protocol.VectorClock;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ClocksTest {
  @Test
  void aRowMayHaveBeenChangedByMoreDevicesThanAPushMayName() {
    Map<String, Long> many =
        IntStream.rangeClosed(0, VectorClock.MOST_COMPONENTS)
            .boxed()
            .collect(Collectors.toMap(i -> "d" + i, i -> 1L));
    VectorClock clock = VectorClock.of(many);
    assertThat(Clocks.parse(Clocks.text(clock))).isEqualTo(clock);
    Json.Obj sent = Clocks.json(clock);
    assertThatThrownBy(() -> Clocks.read(sent)).hasMessageContaining("1000");
  }
}
