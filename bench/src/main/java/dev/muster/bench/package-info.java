/// Measures a real server, over HTTP and on a fleet of the size that is promised, against the
/// bounds that it promises. See docs/benchmarks.md.
@NullMarked
package dev.muster.bench;

import org.jspecify.annotations.NullMarked;
