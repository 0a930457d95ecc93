/** The WebSocket messages: bytes to calls and back. Knows no sockets, no clients, no state beyond one message. */
@NullMarked
package xyz.dropsilk.server.protocol;

import org.jspecify.annotations.NullMarked;
