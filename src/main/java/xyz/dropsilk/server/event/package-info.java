/** What happened, told to whoever runs the server: log lines and the ring behind {@code /logs}. No network, no domain objects. */
@NullMarked
package xyz.dropsilk.server.event;

import org.jspecify.annotations.NullMarked;
