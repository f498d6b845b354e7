package dev.muster.server.credential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.muster.protocol.CommandSignature;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CommandKeysTest {
  private static final Instant NOW = Instant.parse("2026-01-15T10:00:00Z");
  private static final String NONE = "none";

  /// What can happen to the secrets of a device.
  enum Step {
    PULL,
    PULL_AND_LOSE_THE_ANSWER,
    ROTATE,
    ENROLL,
    ENROLL_AND_LOSE_THE_ANSWER,
    FORGET
  }

  /// What can happen to a device that is neither reset nor loses an answer.
  enum GoodStep {
    PULL,
    ROTATE,
    ENROLL
  }

  /// A device, its server, and a network that loses what it is told to lose.
  private static final class World {
    CommandKeys keys = CommandKeys.first(CommandKeys.random());
    @Nullable String device;
    final Set<String> given = new HashSet<>();

    void take(Step step) {
      switch (step) {
        case PULL -> pull().ifPresent(secret -> device = secret);
        case PULL_AND_LOSE_THE_ANSWER -> pull();
        case ROTATE -> keys = keys.rotated(CommandKeys.random());
        case ENROLL -> {
          enroll();
          device = keys.present();
        }
        case ENROLL_AND_LOSE_THE_ANSWER -> enroll();
        case FORGET -> device = null;
      }
    }

    Optional<String> pull() {
      CommandKeys.Seen seen = keys.pulled(shows(), NOW);
      keys = seen.after();
      seen.offered().ifPresent(given::add);
      return seen.offered();
    }

    private void enroll() {
      keys = keys.enrolled(NOW);
      given.add(keys.present());
    }

    private String shows() {
      return device == null ? NONE : CommandSignature.fingerprint(device);
    }
  }

  @Property
  void twoAnswersThatArriveBringBothSidesTogetherWhateverCameBefore(
      @ForAll @Size(max = 40) List<Step> history) {
    World world = new World();
    history.forEach(world::take);

    world.take(Step.PULL);
    world.take(Step.PULL);

    assertThat(world.keys.present()).isEqualTo(world.device);
    assertThat(world.keys.next()).isNull();
    assertThat(world.pull()).isEmpty();
  }

  @Property
  void nothingIsSignedUnderASecretThatNobodyWasGiven(@ForAll @Size(max = 40) List<Step> history) {
    World world = new World();
    for (Step step : history) {
      world.take(step);
      if (world.keys.handedOutAt() != null) {
        assertThat(world.given).contains(world.keys.present());
      }
    }
  }

  @Property
  void aDeviceThatHearsEverythingAlwaysHasThePresentOrTheNextOne(
      @ForAll @Size(max = 40) List<GoodStep> history) {
    World world = new World();
    world.take(Step.ENROLL);
    for (GoodStep step : history) {
      String before = Objects.requireNonNull(world.device);
      world.take(Step.valueOf(step.name()));
      assertThat(world.device).isIn(world.keys.present(), world.keys.next());
      if (step == GoodStep.ROTATE) {
        assertThat(world.keys.present()).isEqualTo(before);
      }
    }
  }

  @Test
  void theEarlierOneGoesOnSigningUntilTheNextOneIsShown() {
    CommandKeys enrolled = CommandKeys.first("a").enrolled(NOW);
    CommandKeys rotated = enrolled.rotated("b");

    CommandKeys.Seen seen = rotated.pulled(CommandSignature.fingerprint("a"), NOW);

    assertThat(seen.offered()).hasValue("b");
    assertThat(seen.after().present()).isEqualTo("a");
    assertThat(seen.after().pulled(CommandSignature.fingerprint("a"), NOW).offered()).hasValue("b");
    assertThat(seen.after().pulled(CommandSignature.fingerprint("a"), NOW).after())
        .isEqualTo(seen.after());
    assertThat(seen.after().pulled(CommandSignature.fingerprint("b"), NOW).after())
        .isEqualTo(new CommandKeys("b", NOW, null, null));
  }

  @Test
  void aDeviceThatNeverSaysWhatItHasIsGivenEachSecretOnce() {
    CommandKeys rotated = CommandKeys.first("a").enrolled(NOW).rotated("b");

    CommandKeys.Seen first = rotated.pulled(null, NOW);
    CommandKeys.Seen second = first.after().pulled(null, NOW);

    assertThat(first.offered()).hasValue("b");
    assertThat(first.after().present()).isEqualTo("b");
    assertThat(second.offered()).isEmpty();
    assertThat(second.after()).isEqualTo(first.after());
  }

  @Test
  void aSecretThatNobodyWasGivenIsReplacedAndOneThatWasGivenIsTakenToHaveArrived() {
    CommandKeys enrolled = CommandKeys.first("a").enrolled(NOW);

    assertThat(CommandKeys.first("a").rotated("b")).isEqualTo(CommandKeys.first("b"));
    assertThat(enrolled.rotated("b").rotated("c")).isEqualTo(new CommandKeys("a", NOW, "c", null));
    assertThat(
            enrolled
                .rotated("b")
                .pulled(CommandSignature.fingerprint("a"), NOW)
                .after()
                .rotated("c"))
        .isEqualTo(new CommandKeys("b", NOW, "c", null));
  }

  @Test
  void aSecretHas256BitsAndIsNeverPrinted() {
    String secret = CommandKeys.random();

    assertThat(secret).matches("[A-Za-z0-9_-]{43}").isNotEqualTo(CommandKeys.random());
    CommandKeys keys = CommandKeys.first(secret).enrolled(NOW).rotated(CommandKeys.random());
    assertThat(keys.toString()).doesNotContain(secret);
    assertThat(keys.pulled(NONE, NOW).toString()).isEqualTo("Seen[offered=true]");
  }
}
