package dev.muster.sync;

/// What a synchronization did.
///
/// @param pushed edits that the server has taken, those that became conflicts among them
/// @param pulled rows and deletions that it told
public record SyncResult(int pushed, int conflicts, int pulled) {}
