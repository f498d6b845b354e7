/// What is wrong with devices and with the server itself: rules, and the alerts that they raise and
/// that recover. The state of each device and rule is in the database; an alert is raised once,
/// however many nodes see its cause, and recovers once.
@NullMarked
package dev.muster.server.alert;

import org.jspecify.annotations.NullMarked;
