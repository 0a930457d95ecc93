/**
 * What may happen to a flight and to a room: pure functions from a value and what happens to it, to the next value, what clients are told, and
 * what operators read. No lock, no clock, no I/O; everything is immutable. Whoever keeps the values ({@code flight.Records}) commits them.
 */
@NullMarked
package xyz.dropsilk.server.rules;

import org.jspecify.annotations.NullMarked;
