/// Tasks, their comments, projects and history: what people in the field have to do. Each change of
/// a row gets a number of its organization, in the order in which changes become visible, so that
/// who has seen all up to a number has missed nothing. What is deleted keeps its row and clock, and
/// leaves a tombstone for those who have not heard of it.
@NullMarked
package dev.muster.server.task;

import org.jspecify.annotations.NullMarked;
