/// What the server tries by itself: it starts an app again whose policy says so, and, where a rule
/// asks for it, pings a silent device or starts its app. Each is a signed action like any other,
/// and a device gets only so many a day.
@NullMarked
package dev.muster.server.remedy;

import org.jspecify.annotations.NullMarked;
