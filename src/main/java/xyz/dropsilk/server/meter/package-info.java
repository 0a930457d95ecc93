/** The one set of meters: what is counted and measured, by name, read by {@code /stats}, the heartbeat and {@code /metrics} alike. */
@NullMarked
package xyz.dropsilk.server.meter;

import org.jspecify.annotations.NullMarked;
