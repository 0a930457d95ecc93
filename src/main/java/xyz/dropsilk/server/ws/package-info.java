/** The WebSocket side: handshake, frames (RFC 6455), one session a socket, and what leaves it. */
@NullMarked
package xyz.dropsilk.server.ws;

import org.jspecify.annotations.NullMarked;
