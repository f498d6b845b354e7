@NullMarked
package dev.muster.sync;

import org.jspecify.annotations.NullMarked;
