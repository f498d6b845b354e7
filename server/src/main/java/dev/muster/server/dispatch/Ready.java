package dev.muster.server.dispatch;

/// A delivery that was taken, and its command as signed for this time.
record Ready(Delivery delivery, SignedCommand command) {}
