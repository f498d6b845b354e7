package dev.muster.server.audit;

import dev.muster.server.audit.AuditStore.Stored;
import dev.muster.server.audit.SealStore.Seal;
import dev.muster.server.audit.SealStore.Sealed;
import dev.muster.server.audit.SealStore.StoredHead;
import dev.muster.server.audit.SealStore.Unsealed;
import dev.muster.server.audit.Verdict.Kind;
import dev.muster.server.audit.Verdict.Problem;
import dev.muster.server.platform.OrganizationId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// One verification of one log, in a transaction of one snapshot, so that writers and sealers do
/// not disturb it. Whatever the length of the log, it holds a few hundred entries at a time.
///
/// Each entry must have the authentication code of the server; each place of the chain must follow
/// the one before it and name an entry; the head must be the end of the chain; what has no place
/// must wait for one. A break is reported once: what follows it is checked against the hash that
/// stands there.
///
/// What it cannot find: the end of a log that was cut off together with a head put back to what it
/// was at that place, or an entry removed within the second in which it waited for its seal. For
/// the first, somebody writes the head down elsewhere and asks for it (`expected`).
final class Verification {
  private static final int CHUNK = 500;
  private static final int WINDOW = 5_000;
  private static final UUID FIRST = new UUID(0, 0);

  private final Handle handle;
  private final OrganizationId organization;
  private final Seals seals;
  private final @Nullable Head expected;
  private final Optional<StoredHead> head;
  private final List<Problem> problems = new ArrayList<>();
  private final Map<UUID, Boolean> erased = new HashMap<>();
  private Head last = Head.NONE;
  private long sealed;
  private long unsealed;
  private @Nullable String hashAtHead;
  private @Nullable String hashAtExpected;

  /// @param expected a head that somebody wrote down
  Verification(Handle handle, OrganizationId organization, Seals seals, @Nullable Head expected) {
    this.handle = handle;
    this.organization = organization;
    this.seals = seals;
    this.expected = expected;
    this.head = SealStore.head(handle, organization);
  }

  Verdict verify() {
    List<Sealed> chunk;
    do {
      chunk = SealStore.chain(handle, organization, last.position(), CHUNK);
      chunk.forEach(this::check);
    } while (chunk.size() == CHUNK);
    checkHead();
    checkExpected();
    checkUnsealed();
    return new Verdict(sealed + unsealed, unsealed, last, List.copyOf(problems));
  }

  private void check(Sealed place) {
    Seal seal = place.seal();
    boolean follows = seal.position() == last.position() + 1;
    if (!follows) {
      found(
          last.position() + 1,
          null,
          Kind.REMOVED,
          "The places "
              + (last.position() + 1)
              + " to "
              + (seal.position() - 1)
              + " of the chain are missing.");
    }
    Stored stored = place.stored();
    if (stored == null) {
      found(seal.position(), seal.entryId(), Kind.REMOVED, "The entry of this place is missing.");
    } else {
      sealed++;
      checkSealed(seal, stored, follows ? last.hash() : null);
    }
    last = new Head(seal.position(), seal.hash());
    if (head.isPresent() && head.get().head().position() == seal.position()) {
      hashAtHead = seal.hash();
    }
    if (expected != null && expected.position() == seal.position()) {
      hashAtExpected = seal.hash();
    }
  }

  /// @param previous null when what stood before is missing, so that only the entry itself can be
  ///   checked
  private void checkSealed(Seal seal, Stored stored, @Nullable String previous) {
    Entry entry = stored.entry();
    boolean inPlace =
        previous == null
            || Seals.same(
                seal.hash(), seals.hash(previous, seal.position(), seal.sealedAt(), entry));
    if (isGenuine(stored)) {
      if (!inPlace) {
        found(
            seal.position(),
            entry.id(),
            Kind.REORDERED,
            "The entry is genuine, but its place in the chain is not the one that the server gave it.");
      }
      checkPersonal(seal.position(), stored);
    } else if (inPlace && previous != null) {
      found(
          seal.position(),
          entry.id(),
          Kind.INSERTED,
          "The entry was not written by the server: it was put there, or changed, before it was sealed.");
    } else {
      found(
          seal.position(),
          entry.id(),
          Kind.CHANGED,
          "The entry does not say what the server wrote.");
    }
  }

  private boolean isGenuine(Stored stored) {
    return Seals.same(stored.mac(), seals.mac(stored.entry()));
  }

  private void checkPersonal(@Nullable Long position, Stored stored) {
    Entry entry = stored.entry();
    UUID person = entry.person();
    String commitment = entry.commitment();
    if (person == null || commitment == null) {
      return;
    }
    Personal personal = stored.personal();
    if (personal != null) {
      if (!Seals.same(personal.commitment(), commitment)) {
        found(
            position,
            entry.id(),
            Kind.CHANGED,
            "The personal data of the entry are not those that the server wrote.");
      }
    } else if (!erased.computeIfAbsent(person, this::wasErased)) {
      found(
          position,
          entry.id(),
          Kind.REMOVED,
          "The personal data of the entry are gone, and nothing says that the user was erased.");
    }
  }

  private boolean wasErased(UUID person) {
    return SealStore.erasures(handle, organization, person).stream().anyMatch(this::isGenuine);
  }

  private void checkHead() {
    if (head.isEmpty()) {
      if (last.position() > 0) {
        found(null, null, Kind.TRUNCATED, "The head of the chain is missing.");
      }
      return;
    }
    StoredHead stored = head.get();
    Head end = stored.head();
    if (!Seals.same(stored.mac(), seals.mac(organization, end))) {
      found(end.position(), null, Kind.CHANGED, "The head of the chain was not set by the server.");
    } else if (end.position() > last.position()) {
      found(
          last.position() + 1,
          null,
          Kind.TRUNCATED,
          "The chain ends at "
              + last.position()
              + " and had reached "
              + end.position()
              + ": its end was cut off.");
    } else if (!end.hash().equals(hashAtHead)) {
      found(
          end.position(),
          null,
          Kind.TRUNCATED,
          "The chain had another hash at this place: it was cut off before, and then went on.");
    } else if (end.position() < last.position()) {
      found(
          end.position(),
          null,
          Kind.CHANGED,
          "The chain goes on behind its head: the head was put back, or places were added.");
    }
  }

  private void checkExpected() {
    if (expected != null && !expected.hash().equals(hashAtExpected)) {
      found(
          expected.position(),
          null,
          Kind.TRUNCATED,
          hashAtExpected == null
              ? "The chain has no such place any more: its end was cut off."
              : "The chain has another hash at this place than was written down: it was written anew.");
    }
  }

  private void checkUnsealed() {
    UUID after = FIRST;
    UUID end;
    do {
      end = SealStore.windowEnd(handle, organization, after, WINDOW).orElse(null);
      SealStore.unsealed(handle, organization, after, end).forEach(this::check);
      after = end == null ? after : end;
    } while (end != null);
    for (UUID missing : SealStore.waitingForNothing(handle, organization, Verdict.MOST_PROBLEMS)) {
      found(null, missing, Kind.REMOVED, "An entry that waited for its place is missing.");
    }
  }

  private void check(Unsealed row) {
    unsealed++;
    Stored stored = row.stored();
    UUID id = stored.entry().id();
    if (!isGenuine(stored)) {
      found(
          null,
          id,
          Kind.INSERTED,
          "The entry was not written by the server: it was put there, or changed, before it was sealed.");
    } else if (!row.waiting()) {
      found(null, id, Kind.REMOVED, "The place of the entry in the chain is missing.");
    } else {
      checkPersonal(null, stored);
    }
  }

  private void found(@Nullable Long position, @Nullable UUID entry, Kind kind, String message) {
    if (problems.size() < Verdict.MOST_PROBLEMS) {
      problems.add(new Problem(position, entry, kind, message));
    }
  }
}
