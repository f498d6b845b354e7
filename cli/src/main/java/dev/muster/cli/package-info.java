/// The operator's command line: one class for a noun, one method for a verb. Tables for people, the
/// server's own JSON for scripts, exit codes 0 (done), 1 (refused), 2 (wrong usage) and 130
/// (Ctrl-C).
@NullMarked
package dev.muster.cli;

import org.jspecify.annotations.NullMarked;
