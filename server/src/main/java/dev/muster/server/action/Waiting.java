package dev.muster.server.action;

import java.time.Instant;

/// Why an action has not ended yet, for people.
///
/// @param what what it waits for, a sentence
/// @param next what will happen next and when, one or more sentences
public record Waiting(String what, Instant since, String next) {}
