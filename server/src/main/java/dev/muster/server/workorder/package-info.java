/// Tasks that alerts open, where a rule asks for it. Each alert opens one at the most.
@NullMarked
package dev.muster.server.workorder;

import org.jspecify.annotations.NullMarked;
