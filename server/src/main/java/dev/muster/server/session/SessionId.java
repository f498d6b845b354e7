package dev.muster.server.session;

import java.util.UUID;

/// The identity of a session: what a login begins and a family of refresh tokens continues.
record SessionId(UUID value) {}
