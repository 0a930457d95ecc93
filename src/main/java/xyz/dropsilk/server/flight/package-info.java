/**
 * Who is here, who flies with whom, and who sees whom: decisions in memory under one lock. Knows clients through {@link
 * xyz.dropsilk.server.flight.Peer} alone: no channels, no I/O.
 */
@NullMarked
package xyz.dropsilk.server.flight;

import org.jspecify.annotations.NullMarked;
