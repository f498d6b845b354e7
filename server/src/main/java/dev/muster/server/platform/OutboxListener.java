package dev.muster.server.platform;

/// Hears events of one type, after the transaction that wrote them has committed, at least once: an
/// implementation must be idempotent. It throws to be called again later.
public interface OutboxListener<E extends Record> {
  /// Stable name; rows that wait for this listener carry it.
  String name();

  Class<E> eventType();

  void heard(OrganizationId organization, E event);
}
