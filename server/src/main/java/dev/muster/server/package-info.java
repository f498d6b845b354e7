/// The process: its command line, and how the rooms are put together and taken down.
@NullMarked
package dev.muster.server;

import org.jspecify.annotations.NullMarked;
