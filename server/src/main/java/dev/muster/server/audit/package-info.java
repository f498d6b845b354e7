/// Who did what, and when.
///
/// Its guarantee: an entry is written in the transaction of the change that it tells of, so that
/// there is neither one without the other, and is never changed afterwards.
@NullMarked
package dev.muster.server.audit;

import org.jspecify.annotations.NullMarked;
