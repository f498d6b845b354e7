/// `muster demo`: a server, a small fleet and a live table of it in one terminal. Guarantee:
/// however the demo ends, SIGKILL included, the processes that it started end too.
@NullMarked
package dev.muster.cli.demo;

import org.jspecify.annotations.NullMarked;
