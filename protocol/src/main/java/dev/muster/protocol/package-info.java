/// What server and agents must agree on, once: JSON values, the settings catalogue and the rule
/// that says whether a report satisfies a policy.
@NullMarked
package dev.muster.protocol;

import org.jspecify.annotations.NullMarked;
