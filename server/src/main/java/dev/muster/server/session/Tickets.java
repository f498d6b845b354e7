package dev.muster.server.session;

import dev.muster.server.identity.ActiveUsers;
import dev.muster.server.identity.UserId;
import dev.muster.server.identity.UserListener;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.Ids;
import dev.muster.server.platform.OrganizationId;
import dev.muster.server.platform.Refusal;
import dev.muster.server.session.TicketStore.Holder;
import dev.muster.server.web.TicketCheck;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// Tickets by which pages open WebSockets, since a page can set no header on one and a credential
/// is never put in a URL. A ticket is good for one use on any node, within [#LASTS], and for
/// nothing but an upgrade: what a log of addresses keeps of it is worthless. It carries no rights:
/// these are the user's at the moment of use. It ends with the login that asked for it.
@Singleton
public final class Tickets implements TicketCheck, UserListener {
  public static final Duration LASTS = Duration.ofSeconds(30);

  /// A ticket and the end of its time.
  record Issued(Ticket ticket, Instant expiresAt) {}

  private final Database database;
  private final InstantSource clock;
  private final ActiveUsers users;
  private final LiveSessions sessions;

  public Tickets(Database database, InstantSource clock, ActiveUsers users, LiveSessions sessions) {
    this.database = database;
    this.clock = clock;
    this.users = users;
    this.sessions = sessions;
  }

  /// @throws Refusal `forbidden` unless a person calls: programs set headers
  Issued issue(Caller caller) {
    if (!(caller instanceof Caller.Person person)) {
      throw Refusal.forbidden(
          "A ticket is for the pages of people. Send your credential in the header Authorization of"
              + " the WebSocket's upgrade.");
    }
    Ticket ticket = Ticket.random();
    Instant expiresAt = clock.instant().plus(LASTS);
    database.in(
        person.organization(),
        handle -> {
          TicketStore.insert(
              handle,
              person.organization(),
              Ids.next(),
              new UserId(person.userId()),
              person.session(),
              ticket,
              expiresAt);
          return true;
        });
    return new Issued(ticket, expiresAt);
  }

  /// The use is committed before the user is looked up, so a ticket that is refused is used up too.
  @Override
  public Caller redeem(String ticket) {
    Optional<Holder> holder =
        database.acrossOrganizations(
            handle -> TicketStore.take(handle, new Ticket(ticket), clock.instant()));
    return holder
        .flatMap(this::holder)
        .orElseThrow(() ->
            Refusal.unauthenticated(
                "The ticket is not valid, or not any more: it is good for one upgrade within "
                    + LASTS.toSeconds()
                    + " seconds. Ask for another."));
  }

  @Override
  public Caller again(Caller caller) {
    return Optional.of(caller)
        .filter(Caller.Person.class::isInstance)
        .map(Caller.Person.class::cast)
        .map(person ->
            new Holder(
                person.organization(),
                new UserId(person.userId()),
                person.session() == null ? null : new SessionId(person.session())))
        .flatMap(this::holder)
        .orElseThrow(
            () -> Refusal.unauthenticated("The login that asked for the ticket has ended."));
  }

  private Optional<Caller> holder(Holder of) {
    Optional<Caller.Person> person = users.caller(of.organization(), of.user());
    SessionId session = of.session();
    if (session == null) {
      return person.map(Caller.class::cast);
    }
    return person
        .filter(_ -> sessions.contains(of.organization(), session))
        .map(known -> known.by(session.value()));
  }

  @Override
  public void lostAccess(Handle handle, OrganizationId organization, UserId user) {
    TicketStore.deleteOf(handle, organization, user);
  }
}
