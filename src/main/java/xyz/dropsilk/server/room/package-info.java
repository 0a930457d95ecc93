/**
 * Rooms as pages see them over HTTP: who was heard of when, summaries, and what a request does. What may happen to a room is decided in {@code
 * rules} and committed through {@code flight.FlightRegistry}, which also looks after the sockets.
 */
@NullMarked
package xyz.dropsilk.server.room;

import org.jspecify.annotations.NullMarked;
