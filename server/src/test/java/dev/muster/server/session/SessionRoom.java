package dev.muster.server.session;

import dev.muster.server.device.Devices;
import dev.muster.server.device.Groups;
import dev.muster.server.device.PersonalDevices;
import dev.muster.server.identity.IdentityRoom;
import dev.muster.server.identity.User;
import dev.muster.server.platform.Broadcast;
import dev.muster.server.platform.Caller;
import dev.muster.server.platform.Database;
import dev.muster.server.platform.MasterKey;
import dev.muster.server.platform.Settings;
import dev.muster.server.testing.Audits;
import dev.muster.server.testing.TestSettings;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/// What one node has of the room: two of them on one database are two nodes.
final class SessionRoom {
  static final MasterKey MASTER_KEY = MasterKey.of("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
  static final MasterKey OTHER_KEY = MasterKey.of("AQECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
  static final Settings SETTINGS = TestSettings.of(Map.of());
  static final Origin HERE = new Origin("192.0.2.1", "test");

  final LiveSessions live;
  final Families families;
  final IdentityRoom identity;
  final SigningKeys signingKeys;
  final AccessTokens accessTokens;
  final LoginThrottle throttle;
  final Sessions sessions;
  final OwnSessions own;
  final AccessTokenCheck check;

  /// A node that hears and sends nothing until the broadcast is started.
  SessionRoom(Database database, InstantSource clock, Broadcast broadcast) {
    live = new LiveSessions(database, clock, broadcast);
    var audit = Audits.on(clock);
    families = new Families(clock, SETTINGS, live, audit);
    identity = new IdentityRoom(database, clock, broadcast, new SessionEnder(families));
    signingKeys = new SigningKeys(database, clock, MASTER_KEY, SETTINGS, broadcast, audit);
    accessTokens = new AccessTokens(signingKeys, clock, SETTINGS);
    throttle = new LoginThrottle(database, clock, MASTER_KEY);
    var passwords =
        new CountedPasswords(database, identity.passwords, throttle, audit, Runnable::run);
    var devices =
        new Devices(
            database, clock, new Groups(database, clock, List.of(), audit), audit, List.of());
    sessions =
        new Sessions(
            database,
            identity.users,
            passwords,
            accessTokens,
            families,
            new PersonalDevices(devices, audit));
    own = new OwnSessions(database, clock, identity.users, passwords, families, audit);
    check = new AccessTokenCheck(accessTokens, live, identity.activeUsers);
  }

  SessionRoom(Database database, InstantSource clock) {
    this(database, clock, new Broadcast(database.dataSource()));
  }

  Sessions.Tokens logIn(User user) {
    return logIn(HERE, user.email(), IdentityRoom.PASSWORD);
  }

  /// From a client that tells nothing of its machine.
  Sessions.Tokens logIn(Origin origin, String email, String password) {
    return sessions.logIn(origin, new Sessions.Login(email, password, null, null)).tokens();
  }

  /// Who calls with these tokens.
  Caller.Person caller(Sessions.Tokens tokens) {
    return (Caller.Person) check.check(tokens.access());
  }
}
